"""What becomes of Pulumi's lock when who held the stack died, whoever holds it next."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.support.pulumi_lock import Cancelling, ended_pid, locked

from amlops.azure import Azure
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.stacks import StackName
from amlops.stacks.lease import lease_ref, read_lease
from amlops.stacks.lease_holder import Holder, Taken
from amlops.workflows.holding import held

STACK = StackName("dev", "dev", "platform")
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


@pytest.fixture
def git(tmp_path: Path) -> Git:
    root, remote = tmp_path / "clone", tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", remote], check=True)
    subprocess.run(["git", "clone", "-q", remote, root], check=True, capture_output=True)
    return Git(root)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The folder with Pulumi's state."""
    return tmp_path / "state"


@pytest.fixture
def session(state: Path) -> Any:
    engine, azure = Cancelling.of(state), Azure({})
    azure.__dict__["now"] = lambda: NOW
    return SimpleNamespace(
        environment=SimpleNamespace(is_local=False), engine=engine, azure=azure, process={}, progress=engine.progress
    )


def test_who_takes_a_lease_over_takes_the_dead_run_s_lock_away(git: Git, session: Any, state: Path) -> None:
    """Whatever it holds the stack for, a rollout too: the next one would find the lock of another machine and no lease,
    and could not know that nobody is behind it."""
    then = NOW - timedelta(hours=1)
    dead = Holder("7", 1, "", "alice", "elsewhere/boot/1", 1)
    taken = Taken(STACK.text, dead, "amlops apply dev", then, then + timedelta(minutes=15), "t")
    assert git.swap(lease_ref(STACK.text), None, git.store(taken.text()))
    file = locked(state, STACK.text, hostname="elsewhere")
    with held(session, STACK, git, "amlops rollout dev", wait=0):
        assert not file.exists()
    assert read_lease(git, STACK.text) is None


def test_a_lock_of_another_machine_stays_where_nobody_s_lease_was_taken_over(
    git: Git, session: Any, state: Path
) -> None:
    """A person may be at it with plain `pulumi`."""
    file = locked(state, STACK.text, hostname="elsewhere")
    with pytest.raises(AmlopsError, match="something else"), held(session, STACK, git, "amlops apply dev", wait=0):
        raise AmlopsError("something else")
    assert file.exists()


def test_the_lock_of_a_cli_that_was_killed_goes_with_the_lease(git: Git, session: Any, state: Path) -> None:
    """The next run is on another machine, for which it would be somebody's who may live."""
    with pytest.raises(AmlopsError, match="killed"), held(session, STACK, git, "amlops apply dev", wait=0):
        file = locked(state, STACK.text, pid=ended_pid())
        raise AmlopsError("Pulumi was killed")
    assert not file.exists()
