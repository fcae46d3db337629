"""`python3 -m tools.setup [python]`: everything that `make up` and `make test` need, or Python's part of it alone; what
is there is skipped.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import azurite, machine, pulumi, python
from .step import SetupFailed


def link(at: Path, to: Path) -> None:
    """A link, made anew only where it leads elsewhere; by rename, so that it is never away."""
    if at.is_symlink() and at.readlink() == to:
        return
    fresh = at.with_name(f".{at.name}.new")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(to)
    fresh.replace(at)


def main(only: tuple[str, ...] = ()) -> int:
    repository = Path(__file__).resolve().parents[2]
    tools, began = repository / "tools", time.monotonic()
    sys.stdout.write("Set-up\n")
    try:
        machine.check(repository)
        uv = python.uv(tools)
        if only == ("python",):
            python.environment(repository, uv)
        else:
            _everything(repository, uv)
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


def _everything(repository: Path, uv: Path) -> None:
    tools = repository / "tools"
    with ThreadPoolExecutor(3) as pool:
        environment = pool.submit(python.environment, repository, uv)
        cli = pool.submit(pulumi.provide, tools, uv, repository / ".venv/bin")
        blobs = pool.submit(azurite.provide, tools, uv)
        bin, (modules, node) = environment.result(), blobs.result()
        link(tools / "node_modules", modules)
        link(bin / "node", node)
        link(bin / "pulumi", cli.result())


if __name__ == "__main__":
    sys.exit(main(tuple(sys.argv[1:])))
