"""The commands of the pages in docs/how-to, for the tests that run them as a reader pastes them.

Every test names its pages by these functions, so that `tests/unit/support/test_how_to_pages.py` knows of a page that
none of them runs.
"""

from __future__ import annotations

import re
from pathlib import Path

from .clone import REPOSITORY

FOLDER = "docs/how-to"


def blocks(page: str, root: Path = REPOSITORY, *, language: str = "bash") -> list[str]:
    """The code of each block of a page (its name, without `.md`), as it stands in a clone. Never empty."""
    text = (root / FOLDER / f"{page}.md").read_text(encoding="utf-8")
    found = re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    assert found, f"{page} has no block of {language}"
    return found


def script(page: str, root: Path = REPOSITORY) -> str:
    """All blocks in one shell, which ends at the first command that fails."""
    return "set -e\n" + "\n".join(blocks(page, root))


def commands(page: str, root: Path = REPOSITORY) -> list[str]:
    """One by one, for a page each of whose lines is a command."""
    return [line for block in blocks(page, root) for line in block.splitlines() if line]
