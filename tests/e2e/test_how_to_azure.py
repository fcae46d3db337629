"""The commands of the how-tos on environments in Azure, as a reader pastes them, on a local Azure that stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clone import Clone

from .azure_world import linked_clone

pytestmark = pytest.mark.e2e
PAGES = ("connect-azure", "restore")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    made = linked_clone(tmp_path_factory.mktemp("reader") / "clone")
    try:
        yield made
    finally:
        made.run(".venv/bin/python -m localazure --home .local/stand-in stop", code=None)


def test_commands_of_the_pages_do_what_the_pages_say(clone: Clone) -> None:
    """One shell, page after page: connected, backed up, restored."""
    blocks = [block for page in PAGES for block in _blocks(clone.path / f"docs/how-to/{page}.md")]
    printed = clone.run("set -e\n" + "\n".join(blocks), extra={"PYTHONUNBUFFERED": "1"})
    assert re.search(r"GitHub environment dev-diabetes-research: AZURE_CLIENT_ID=[0-9a-f-]{36}", printed)
    assert "shared: restored" in printed
    assert (clone.path / ".local/kept/shared.json").is_file()
    assert not [name for name in (clone.path / ".local").iterdir() if name.name.endswith(".part")]


def _blocks(page: Path) -> list[str]:
    found = re.findall(r"^```bash\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    assert found, page
    return found
