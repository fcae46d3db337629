"""`python3 -m tools.setup.checks`: act, actionlint, zizmor and shellcheck, for `make test` and `make check`.

`make up` needs none of them, so they are no part of `python3 -m tools.setup`. They lie in the per-user cache only.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from . import cache, pulumi, python
from .step import SetupFailed, run, step

ACTIONLINT = "github.com/rhysd/actionlint/cmd/actionlint"
WHEELS = frozenset({"act", "zizmor", "shellcheck"})


def find(tools: Path, name: str) -> Path | None:
    """The file of `act`, `zizmor`, `shellcheck` or `actionlint`; None where it is not set up."""
    if name in WHEELS:
        place = cache.root() / _wheels(tools)
        found = place / "bin" / name if (place / ".complete").exists() else None
    else:
        found = cache.root() / _actionlint(tools) / name
    return found if found is not None and found.exists() else None


def provide(tools: Path) -> None:
    """Installs what is missing. Raises SetupFailed."""
    uv = python.uv(tools)
    with step("act, zizmor, shellcheck") as this:
        there = (cache.root() / _wheels(tools) / ".complete").exists()
        pulumi.wheel(tools / "checks.lock", uv)
        this.note = "there" if there else "installed"
    with step("actionlint") as this:
        _, made = cache.by_rename(_actionlint(tools), lambda at: _build(tools, uv, at))
        this.note = "built from its Go module" if made else "there"


def _wheels(tools: Path) -> str:
    return pulumi.wheel_name(tools / "checks.lock")


def _actionlint(tools: Path) -> str:
    return f"actionlint/{cache.key(tools / 'actionlint/go.sum')}"


def _build(tools: Path, uv: Path, at: Path) -> None:
    run(
        [pulumi.go(tools, uv), "build", "-trimpath", "-mod=readonly", "-ldflags", "-s -w", "-o", f"{at}/", ACTIONLINT],
        why="building actionlint",
        cwd=tools / "actionlint",
        env={"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "", "GOWORK": "off"},
    )


def main() -> int:
    try:
        provide(Path(__file__).resolve().parents[1])
    except (SetupFailed, OSError) as problem:
        sys.stderr.write(f"\nset-up stopped: {problem}{os.linesep}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
