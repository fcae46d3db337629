"""What becomes of Pulumi's lock when who held the stack died, whoever holds it next."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from amlops.azure import Azure
from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.progress import Plain
from amlops.stacks import Engine, StackName
from amlops.stacks.lease import lease_ref, read_lease
from amlops.stacks.lease_holder import Holder, Taken
from amlops.workflows.holding import held

STACK = StackName("dev", "dev", "platform")
NOW = datetime(2026, 11, 28, 9, tzinfo=UTC)


class Cancelling(Engine):
    """An engine whose only command is cancel, which removes the locks as Pulumi does."""

    def cancel(self, stack: StackName) -> None:
        for file in Path(self.variables["PULUMI_BACKEND_URL"].removeprefix("file://")).rglob("*.json"):
            file.unlink()


@pytest.fixture
def git(tmp_path: Path) -> Git:
    root, remote = tmp_path / "clone", tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", remote], check=True)
    subprocess.run(["git", "clone", "-q", remote, root], check=True, capture_output=True)
    return Git(root)


@pytest.fixture
def locks(tmp_path: Path) -> Path:
    folder = tmp_path / "state/.pulumi/locks/organization/azureml/dev"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def session(tmp_path: Path, locks: Path) -> Any:
    told = Plain(io.StringIO())
    engine = Cancelling(Repository(tmp_path), {"PULUMI_BACKEND_URL": f"file://{tmp_path / 'state'}"}, told)
    azure: Any = Azure({})
    azure.__dict__["now"] = lambda: NOW
    return SimpleNamespace(
        environment=SimpleNamespace(is_local=False), engine=engine, azure=azure, process={}, progress=told
    )


def _lock(locks: Path, host: str, pid: int = 1) -> Path:
    file = locks / "0b0d.json"
    file.write_text(json.dumps({"pid": pid, "username": "runner", "hostname": host}))
    return file


def _ended() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid


def test_who_takes_a_lease_over_takes_the_dead_run_s_lock_away(git: Git, session: Any, locks: Path) -> None:
    """Whatever it holds the stack for, a rollout too: the next one would find the lock of another machine and no lease,
    and could not know that nobody is behind it."""
    then = NOW - timedelta(hours=1)
    dead = Holder("7", 1, "", "alice", "elsewhere/boot/1", 1)
    taken = Taken(STACK.text, dead, "amlops apply dev", then, then + timedelta(minutes=15), "t")
    assert git.swap(lease_ref(STACK.text), None, git.store(taken.text()))
    file = _lock(locks, "elsewhere")
    with held(session, STACK, git, "amlops rollout dev", wait=0):
        assert not file.exists()
    assert read_lease(git, STACK.text) is None


def test_a_lock_of_another_machine_stays_where_nobody_s_lease_was_taken_over(
    git: Git, session: Any, locks: Path
) -> None:
    """A person may be at it with plain `pulumi`."""
    file = _lock(locks, "elsewhere")
    with pytest.raises(AmlopsError, match="something else"), held(session, STACK, git, "amlops apply dev", wait=0):
        raise AmlopsError("something else")
    assert file.exists()


def test_the_lock_of_a_cli_that_was_killed_goes_with_the_lease(git: Git, session: Any, locks: Path) -> None:
    """The next run is on another machine, for which it would be somebody's who may live."""
    with pytest.raises(AmlopsError, match="killed"), held(session, STACK, git, "amlops apply dev", wait=0):
        file = _lock(locks, socket.gethostname(), _ended())
        raise AmlopsError("Pulumi was killed")
    assert not file.exists()
