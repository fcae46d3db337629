"""What each stack was applied from, as its ref says and as evidence tells where that is gone."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from amlops.applied import applied_commit, applied_commits, applied_ref, move_applied, recorded
from amlops.evidence import Evidence
from amlops.git import Git


@pytest.fixture
def git(tmp_path: Path) -> Git:
    """A clone with one commit, and its bare remote that has it."""
    remote, clone = tmp_path / "remote.git", tmp_path / "clone"
    for words in (
        ("init", "-q", "--bare", "-b", "main", str(remote)),
        ("clone", "-q", str(remote), str(clone)),
        ("-C", str(clone), "config", "user.name", "t"),
        ("-C", str(clone), "config", "user.email", "t@example.invalid"),
    ):
        subprocess.run(["git", *words], capture_output=True, check=True)
    found = Git(clone)
    _commit(found, "start")
    return found


def _commit(git: Git, subject: str) -> str:
    for words in (("commit", "-qm", subject, "--allow-empty"), ("push", "-q", "origin", "HEAD:main")):
        subprocess.run(["git", "-C", str(git.root), *words], capture_output=True, check=True)
    return git.head()


def test_what_a_stack_was_applied_from_is_said_by_a_text_or_by_the_ref_itself(git: Git) -> None:
    """The App writes a text with the commit's id; a person who restores the ref may push the commit. Either is moved by
    comparison."""
    first = git.head()
    second = _commit(git, "two")
    assert applied_commit(git, "dev") is None
    assert move_applied(git, "dev", None, first)
    assert not move_applied(git, "dev", None, second), "it was applied from the first"
    id = git.remote_refs(applied_ref("dev"))[applied_ref("dev")]
    assert git.object(id) == f"{first}\n"
    assert git.swap(applied_ref("dev"), id, first)
    assert applied_commits(git) == {"dev": first}
    assert move_applied(git, "dev", first, second)
    assert applied_commit(git, "dev") == second
    assert move_applied(git, "dev", second, None)
    assert applied_commits(git) == {}


def test_evidence_tells_of_applies_whose_ref_is_gone(git: Git) -> None:
    """The last one of each stack; neither of one that was destroyed since, nor of one whose release did not answer."""

    def applied(at: str, *smoke: tuple[str, bool]) -> dict[str, Any]:
        asked = [{"role": role, "passed": passed} for role, passed in smoke]
        return {"applies": [{"smoke": []}, {"smoke": asked}], "written": {"at": f"2026-11-28T{at}:00Z"}}

    evidence = Evidence(git)
    assert recorded(evidence) == {}
    told = {
        "stacks/dev/applied-bbb.json": applied("08:00"),
        "stacks/dev/applied-aaa.json": applied("09:00"),
        "stacks/dev.churn/applied-ccc.json": applied("08:00", ("current", True), ("candidate", False)),
        "stacks/prod/applied-ddd.json": applied("08:00"),
        "stacks/prod/destroyed-20261128T090000Z.json": {"written": {"at": "2026-11-28T09:00:00Z"}},
        "stacks/staging/applied-eee.json": applied("08:00", ("current", False)),
    }
    evidence.write(told, "evidence: all")
    assert recorded(evidence) == {"dev": "aaa", "dev.churn": "ccc"}
    assert recorded(evidence, ["dev", "shared"]) == {"dev": "aaa"}
