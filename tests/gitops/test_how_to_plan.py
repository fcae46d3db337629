"""The page on a first pull request, as a reader pastes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.how_to import blocks

from .azure_world import linked_clone

pytestmark = pytest.mark.e2e


def test_the_commands_of_the_page(tmp_path: Path) -> None:
    """Changed, looked at, planned and rehearsed, planned with a fault: in one shell, from a fresh clone."""
    clone = linked_clone(tmp_path / "clone")
    pasted = blocks("first-pull-request", clone.path)
    assert len(pasted) == 3
    who = "git config user.name t; git config user.email t@example.invalid"
    printed = clone.run("\n".join(["set -e", who, *pasted]))
    assert "rehearse" in printed
    assert "rehearsal passed: none of" in printed
    plan = json.loads((clone.path / ".local/plan/plan.json").read_text())
    (stack,) = plan["stacks"]
    assert stack["rehearsal"]["outcome"] == "passed"
    assert stack["rehearsal"]["faults"] == ["status:503:deployments:3"]
    assert stack["rehearsal"]["requests"]["failed"] == 0
    assert "rehearsed" in (clone.path / ".local/plan/comment.md").read_text()
