"""`make lock`: renew every Python lock from its `.in` file, with hashes and without addresses."""

from __future__ import annotations

import sys
from pathlib import Path

from .setup.python import uv
from .setup.step import run, step

REPOSITORY = Path(__file__).resolve().parents[1]
SOURCES = [
    *sorted(REPOSITORY.glob("requirements*.in")),
    *sorted((REPOSITORY / "tools").glob("*.in")),
]
OPTIONS = [
    "--generate-hashes",
    "--universal",
    "--python-version",
    "3.11",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
    "--upgrade",
]


def main() -> int:
    binary = uv(REPOSITORY / "tools")
    for source in SOURCES:
        with step(f"{source.relative_to(REPOSITORY)} → {source.stem}.lock"):
            target = source.with_suffix(".lock")
            run(
                [binary, "pip", "compile", "-q", *OPTIONS, source, "-o", target],
                why=f"locking {source.name}",
                cwd=REPOSITORY,
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
