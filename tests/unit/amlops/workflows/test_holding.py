"""What becomes of Pulumi's lock when who held the stack died, whoever holds it next."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
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
from amlops.stacks.lease_holder import Holder, Taken, this_process
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


def leave_lease(git: Git) -> None:
    """Of a run that died on another machine an hour ago."""
    then = NOW - timedelta(hours=1)
    dead = Holder("7", 1, "", "alice", "elsewhere/boot/1", 1)
    taken = Taken(STACK.text, dead, "amlops apply dev", then, then + timedelta(minutes=15), "t")
    assert git.swap(lease_ref(STACK.text), None, git.store(taken.text()))


@contextmanager
def of_a_process_that_ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What holds a lease in here is gone afterwards, for whoever looks."""
    with monkeypatch.context() as patch:
        patch.setattr("amlops.stacks.lease.this_process", lambda _: replace(this_process(None), pid=ended_pid()))
        yield


@contextmanager
def refusing(session: Any) -> Iterator[None]:
    """No lock can be removed in here."""

    def cancel(_: StackName) -> None:
        raise AmlopsError("no answer")

    session.engine.__dict__["cancel"] = cancel
    yield
    del session.engine.__dict__["cancel"]


def test_who_takes_a_lease_over_takes_the_dead_run_s_lock_away(git: Git, session: Any, state: Path) -> None:
    """Whatever it holds the stack for, a rollout too: the next one would find the lock of another machine and no lease,
    and could not know that nobody is behind it."""
    leave_lease(git)
    file = locked(state, STACK.text, hostname="elsewhere")
    with held(session, STACK, git, "amlops rollout dev", wait=0):
        assert not file.exists()
    assert read_lease(git, STACK.text) is None


def test_who_can_t_take_it_away_leaves_that_to_the_next(
    git: Git, session: Any, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the lease the knowledge would go that nobody is behind the lock."""
    leave_lease(git)
    file = locked(state, STACK.text, hostname="elsewhere")
    for _ in range(2):
        with (
            refusing(session),
            of_a_process_that_ends(monkeypatch),
            pytest.raises(AmlopsError, match="no answer"),
            held(session, STACK, git, "amlops apply dev", wait=0),
        ):
            pytest.fail("it began on a locked stack")
        assert file.exists()
    with held(session, STACK, git, "amlops apply dev", wait=0):
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


def test_one_that_can_t_be_removed_keeps_the_lease_for_the_next(
    git: Git, session: Any, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        refusing(session),
        of_a_process_that_ends(monkeypatch),
        pytest.raises(AmlopsError, match="killed"),
        held(session, STACK, git, "amlops apply dev", wait=0),
    ):
        locked(state, STACK.text, pid=ended_pid())
        raise AmlopsError("Pulumi was killed")
    file = locked(state, STACK.text, hostname="elsewhere")  # as the next machine sees it
    with held(session, STACK, git, "amlops apply dev", wait=0):
        assert not file.exists()


def test_a_lock_of_another_machine_beside_it_keeps_both(
    git: Git, session: Any, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pulumi removes all locks or none, and somebody may be behind the other one."""
    with (
        of_a_process_that_ends(monkeypatch),
        pytest.raises(AmlopsError, match="killed"),
        held(session, STACK, git, "amlops apply dev", wait=0),
    ):
        own = locked(state, STACK.text, pid=ended_pid())
        own.rename(own.with_name("own.json"))
        locked(state, STACK.text, hostname="elsewhere")
        raise AmlopsError("Pulumi was killed")
    assert len(list(state.rglob("*.json"))) == 2
    assert read_lease(git, STACK.text) is not None
