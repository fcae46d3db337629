"""Who lost his lease stops the engine as Ctrl-C does."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

from amlops.config import Repository
from amlops.progress import progress
from amlops.stacks import Engine


def test_only_the_cli_of_this_process_is_interrupted(tmp_path: Path) -> None:
    """By its file: another child goes on, and without one nothing happens."""
    sleep = shutil.which("sleep")
    assert sleep is not None
    file = tmp_path / "pulumi"
    shutil.copy(sleep, file)
    engine = Engine(Repository(tmp_path), {"AMLOPS_PULUMI": str(file)}, progress())
    assert engine.interrupt() == 0
    with subprocess.Popen([str(file), "60"]) as cli, subprocess.Popen([sleep, "60"]) as other:
        assert engine.interrupt() == 1
        assert cli.wait(20) == -signal.SIGINT
        assert other.poll() is None
        other.kill()
