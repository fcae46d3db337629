"""The commands of the how-tos on environments in Azure, as a reader pastes them, on a local Azure that stands in."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.support.clone import Clone
from tests.support.how_to import script

from .azure_world import linked_clone

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    made = linked_clone(tmp_path_factory.mktemp("reader") / "clone")
    try:
        yield made
    finally:
        made.run(".venv/bin/python -m localazure --home .local/stand-in stop", code=None)


def test_commands_of_the_pages_do_what_the_pages_say(clone: Clone) -> None:
    """One shell, page after page: connected, backed up, restored."""
    pages = [script("connect-azure", clone.path), script("restore", clone.path)]
    printed = clone.run("\n".join(pages), extra={"PYTHONUNBUFFERED": "1"})
    assert re.search(r"GitHub environment dev-diabetes-research: AZURE_CLIENT_ID=[0-9a-f-]{36}", printed)
    assert "shared: restored" in printed
    assert (clone.path / ".local/kept/shared.json").is_file()
    assert not [name for name in (clone.path / ".local").iterdir() if name.name.endswith(".part")]
