"""`python3 -m tools.setup`: everything that `make up` and `make test` need; what is there is skipped."""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import azurite, machine, pulumi, python
from .step import SetupFailed


def main() -> int:
    repository = Path(__file__).resolve().parents[2]
    tools, began = repository / "tools", time.monotonic()
    sys.stdout.write("Set-up\n")
    try:
        machine.check(repository)
        uv = python.uv(tools)
        bin = python.environment(repository, uv)
        with ThreadPoolExecutor(2) as pool:
            for work in [pool.submit(pulumi.install, tools, uv, bin), pool.submit(azurite.install, tools, uv, bin)]:
                work.result()
    except SetupFailed as problem:
        sys.stderr.write(f"\nset-up stopped: {problem}\n")
        return 1
    except OSError as problem:
        sys.stderr.write(
            f"\nset-up stopped: {problem.strerror}: {problem.filename or ''}\n"
            "    Make room or give yourself the right to write there, then run the same command again.\n"
        )
        return 1
    sys.stdout.write(f"  set-up done in {time.monotonic() - began:.1f} s\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
