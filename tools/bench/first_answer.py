"""From a fresh clone to the first prediction with warm caches, and the same command run again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.support.clone import clone_into, curl_line

from .figures import Figure, seconds

FIRST, AGAIN = 75.0, 15.0  # seconds


def measure(folder: Path) -> Iterator[Figure]:
    """Two actions of a newcomer: `make up`, and pasting the line that it prints."""
    clone, printed = clone_into(folder), []
    try:
        first = seconds(lambda: printed.append(clone.run("make up")))
        answer = seconds(lambda: clone.run(curl_line(printed[0])))
        again = seconds(lambda: clone.run("make up"))
    finally:
        clone.run(".venv/bin/python -m localazure --home .local/azure stop", code=None)
    yield Figure("fresh clone, warm caches: `make up`", f"{first:.0f} s", f"≤ {FIRST:.0f} s", first <= FIRST)
    yield Figure("then the pasted curl line", f"{answer:.2f} s")
    yield Figure("`make up` again, nothing to change", f"{again:.1f} s", f"≤ {AGAIN:.0f} s", again <= AGAIN)
