"""What git says of a stack when it is destroyed, also where the run dies in between."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from amlops.applied import applied_commit, applied_commits, move_applied, recorded
from amlops.evidence import Evidence, of_stack
from amlops.git import Git, GitFailed
from amlops.stacks import StackName
from amlops.workflows.apply import destroy
from amlops.workflows.apply.destroy import destroy_stack, left

STACK = StackName("dev.churn", "dev", "deployment", "churn")
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A clone whose stack was applied from its only commit."""
    root, remote = tmp_path / "clone", tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", remote], check=True)
    subprocess.run(["git", "clone", "-q", remote, root], check=True, capture_output=True)
    who = ["-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    subprocess.run(["git", "-C", root, *who, "commit", "-q", "--allow-empty", "-m", "one"], check=True)
    subprocess.run(["git", "-C", root, "push", "-q", "origin", "HEAD:main"], check=True)
    git = Git(root)
    said = {"applies": [{"smoke": []}], "written": {"at": "2026-11-28T08:00:00Z"}}
    Evidence(git).write({of_stack(STACK.text, f"applied-{git.head()}"): said}, "evidence: applied")
    assert move_applied(git, STACK.text, None, git.head())
    return git


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A session of Azure's whose engine deletes three resources, once."""

    @contextmanager
    def leased(*_: Any, **__: Any) -> Iterator[Any]:
        yield SimpleNamespace(taken_over=False)

    monkeypatch.setattr(destroy, "leased", leased)
    monkeypatch.setattr(destroy, "prepare", lambda *_, **__: {})
    left = [3]
    engine = SimpleNamespace(destroy=lambda _: SimpleNamespace(counts={"delete": left.pop() if left else 0}))
    return SimpleNamespace(engine=engine, azure=SimpleNamespace(now=lambda: NOW), process={}, left=left)


def test_nothing_is_left_of_a_stack_that_was_destroyed(git: Git, session: Any) -> None:
    """No ref, and evidence that tells of its end."""
    assert left([STACK], {STACK.text: 3}, git, local=False) == (STACK,)
    assert destroy_stack(session, STACK, git, wait=0) == 3
    assert applied_commit(git, STACK.text) is None
    assert recorded(Evidence(git)) == {}
    assert left([STACK], {STACK.text: 0}, git, local=False) == ()


@pytest.mark.parametrize("dies", ["_record", "move_applied"])
def test_a_destroy_that_died_is_ended_by_the_next(
    dies: str, git: Git, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the deletion, and after the evidence: no ref is gone while evidence tells of an apply, and though the state
    has no resources any more, what git says is put right by destroying it again."""

    def died(*_: Any, **__: Any) -> None:
        raise GitFailed("push", "the runner died")

    with monkeypatch.context() as dying:
        dying.setattr(destroy, dies, died)
        with pytest.raises(GitFailed):
            destroy_stack(session, STACK, git, wait=0)
    assert session.left == []
    assert STACK.text in applied_commits(git)
    assert left([STACK], {STACK.text: 0}, git, local=False) == (STACK,)
    assert destroy_stack(session, STACK, git, wait=0) == 0
    assert (applied_commits(git), recorded(Evidence(git))) == ({}, {})


def test_a_local_stack_is_known_by_its_state_alone(git: Git) -> None:
    """git says nothing of it."""
    assert [left([STACK], {STACK.text: count}, git, local=True) for count in (0, 2)] == [(), (STACK,)]
