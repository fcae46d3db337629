"""`python -m tools.check_workflows`: actionlint (with shellcheck) and zizmor over the workflows and their actions.

Both work offline. An exception stands in the file itself, beside its reason (`# zizmor: ignore[rule] why`).
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .setup import checks
from .setup.step import SetupFailed

REPOSITORY = Path(__file__).resolve().parents[1]
TOOLS = REPOSITORY / "tools"


def main() -> int:
    try:
        checks.provide(TOOLS)
    except SetupFailed as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    actionlint, shellcheck, zizmor = (checks.find(TOOLS, name) for name in ("actionlint", "shellcheck", "zizmor"))
    commands = {
        "actionlint": [actionlint, "-no-color", "-oneline", "-shellcheck", shellcheck, "-pyflakes", ""],
        "zizmor": [zizmor, "--offline", "--no-progress", "-q", ".github"],
    }
    failed = []
    for name, words in commands.items():
        done = subprocess.run([str(word) for word in words], cwd=REPOSITORY, check=False)
        if done.returncode != 0:
            failed.append(name)
    sys.stdout.write(f"workflows: {', '.join(failed) or 'no'} findings\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
