"""One fresh clone for all of e2e, brought up by the README's own command."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.clone import Clone, clone_into, curl_line, readme_commands, remaining


@dataclass(frozen=True, slots=True)
class Up:
    """The clone after `make up`, and what the line that it printed to paste answered."""

    clone: Clone
    answer: str


@pytest.fixture(scope="session")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """A fresh clone after the README's first command. It is taken down whatever happens.

    E2E_FOLDER names a folder that keeps the clone from run to run, for who writes these tests.
    """
    kept = os.environ.get("E2E_FOLDER")
    clone = clone_into(Path(kept) if kept else tmp_path_factory.mktemp("newcomer"))
    try:
        printed = clone.run(readme_commands("Start")[0])
        yield Up(clone, clone.run(curl_line(printed)))
    finally:
        clone.run(".venv/bin/python -m localazure --home .local/azure stop", code=None)
        left = remaining(clone)
    assert not left, f"processes outlive the local Azure: {left}"


@pytest.fixture
def clone(up: Up) -> Clone:
    """The clone that is up, its local Azure running. Who changes it puts it back: tests hold in any order."""
    if up.clone.amlops("local status", code=None).startswith("the local Azure does not"):
        up.clone.amlops("local start")
    return up.clone
