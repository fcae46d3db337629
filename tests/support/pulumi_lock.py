"""Pulumi's lock of a stack in a folder, as a CLI leaves it, and an engine that removes it as Pulumi does."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from amlops.config import Repository
from amlops.progress import Plain
from amlops.stacks import Engine, StackName


class Cancelling(Engine):
    """An engine whose only command is cancel, which removes the locks as Pulumi does."""

    @staticmethod
    def of(folder: Path) -> Cancelling:
        """With its state in a folder."""
        return Cancelling(Repository(folder), {"PULUMI_BACKEND_URL": f"file://{folder}"}, Plain(io.StringIO()))

    def cancel(self, stack: StackName) -> None:
        for file in Path(self.variables["PULUMI_BACKEND_URL"].removeprefix("file://")).rglob("*.json"):
            file.unlink()


def locked(state: Path, stack: str, **about: Any) -> Path:
    """The lock's file; by a process of this machine unless `about` says otherwise."""
    folder = state / ".pulumi" / "locks" / "organization" / "azureml" / stack
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "0b0d.json"
    file.write_text(json.dumps({"pid": 1, "username": "me", "hostname": socket.gethostname(), **about}))
    return file


def ended_pid() -> int:
    """Of a process that is gone."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    return process.pid
