"""Locks: ours for each environment, and Pulumi's own that a killed CLI leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.support.pulumi_lock import Cancelling, ended_pid, locked

from amlops.azure import Azure
from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.stacks import Engine, StackName, hold
from amlops.stacks.stale_lock import clear_stale_lock

STACK = StackName("local", "local", "platform")
AZURE = Azure({})


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return Cancelling.of(tmp_path)


def test_lock_of_a_dead_process_is_removed(engine: Engine, tmp_path: Path) -> None:
    """The next run goes on as if nothing had been."""
    file = locked(tmp_path, "local", pid=ended_pid())
    assert clear_stale_lock(engine, AZURE, STACK)
    assert not file.exists()


def test_pid_that_another_program_took_counts_as_dead(engine: Engine, tmp_path: Path) -> None:
    """A pid is used again; only a Pulumi can hold Pulumi's lock."""
    locked(tmp_path, "local", pid=os.getpid())
    assert clear_stale_lock(engine, AZURE, STACK)


def test_lock_of_another_machine_is_left_alone(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody here can know whether its holder lives."""
    monkeypatch.setattr("amlops.stacks.stale_lock.PATIENCE", 0.0)
    file = locked(tmp_path, "local", hostname="another-machine")
    with pytest.raises(AmlopsError, match=r"Pulumi \(process 1 on another-machine\) holds the stack local") as caught:
        clear_stale_lock(engine, AZURE, STACK)
    assert caught.value.exit_code == 5
    assert file.exists()


def test_two_runs_on_one_environment_exclude_each_other(tmp_path: Path) -> None:
    """The second is told who holds it, and what to do; afterwards it may go on."""
    repo = Repository(tmp_path)
    code = (
        "from amlops.config import Repository; from amlops.stacks import hold; from pathlib import Path; import sys\n"
        f"with hold(Repository(Path({str(tmp_path)!r})), 'local', 'amlops up local'):\n"
        "    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == "held\n"
        said = rf"`amlops up local` \(process {holder.pid}, since .*\) works on local; wait for its end or stop it"
        with pytest.raises(AmlopsError, match=said) as caught, hold(repo, "local", "amlops destroy local"):
            pass
        assert caught.value.exit_code == 5
        with hold(repo, "dev", "amlops up dev"):
            pass
        holder.kill()
    with hold(repo, "local", "amlops destroy local"):
        pass
