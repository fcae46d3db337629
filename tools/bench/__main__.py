"""Runs all benchmarks in turn, each in a local Azure of its own, and writes docs/performance.md.

Ends with 1 where an aim was missed.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from . import cold, first_answer, memory, plan, preview, promotion, requests, scoring, story
from .figures import Figure, page

REPOSITORY = Path(__file__).resolve().parents[2]
BENCHMARKS = {
    "first_answer": first_answer,
    "cold": cold,
    "preview": preview,
    "scoring": scoring,
    "requests": requests,
    "memory": memory,
    "promotion": promotion,
    "plan": plan,
    "story": story,
}


def main() -> int:
    chosen = sys.argv[1:] or list(BENCHMARKS)
    unknown = set(chosen) - set(BENCHMARKS)
    if unknown:
        sys.stderr.write(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}\n")
        return 2
    found: list[Figure] = []
    for name in chosen:
        sys.stdout.write(f"{name} …\n")
        sys.stdout.flush()
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            for figure in BENCHMARKS[name].measure(Path(folder)):
                found.append(figure)
                sys.stdout.write(f"  {figure.what}: {figure.found}\n")
                sys.stdout.flush()
    if not sys.argv[1:]:
        (REPOSITORY / "docs" / "performance.md").write_text(page(found))
    missed = [figure.what for figure in found if figure.met is False]
    if missed:
        sys.stderr.write(f"aims that were missed: {', '.join(missed)}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
