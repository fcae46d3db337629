"""Pulumi's own lock, left behind by a CLI that was killed. Only the file backend keeps it where it can be judged.

Source: the file backend's locks, `.pulumi/locks/organization/<project>/<stack>/<id>.json` with pid and hostname.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from pathlib import Path

from amlops.errors import AmlopsError

from .engine import Engine
from .names import StackName

PATIENCE = 60.0
"""Seconds to wait for a holder that lives."""


def clear_stale_lock(engine: Engine, stack: StackName) -> bool:
    """Removes the lock of a dead process; waits for a living one. True where one was removed.

    Raises AmlopsError (exit code 5) where the holder still lives after a minute, or is on another machine.
    """
    files = _locks(engine, stack)
    if not files:
        return False
    deadline = time.monotonic() + PATIENCE
    while files:
        holders = [_holder(file) for file in files]
        living = [text for text, lives in holders if lives]
        if not living:
            engine.progress.line(f"{stack}: removing the lock of a run that is gone")
            engine.cancel(stack)
            return True
        if time.monotonic() > deadline:
            raise AmlopsError(f"{living[0]} holds the stack {stack}; wait for its end or stop it", exit_code=5)
        engine.progress.hint(f"waiting for {living[0]}, which holds {stack}")
        time.sleep(0.5)
        files = _locks(engine, stack)
    return False


def is_locked(engine: Engine, stack: StackName) -> bool:
    """Whether Pulumi's lock is there, of a living process or a dead one."""
    return bool(_locks(engine, stack))


def _locks(engine: Engine, stack: StackName) -> list[Path]:
    backend = engine.variables.get("PULUMI_BACKEND_URL", "")
    if not backend.startswith("file://"):
        return []
    folder = Path(backend.removeprefix("file://")) / ".pulumi" / "locks"
    return sorted(folder.glob(f"*/*/{stack.text}/*.json"))


def _holder(file: Path) -> tuple[str, bool]:
    """Who it is, and whether it may still live. A lock that is being written or removed right now counts as living."""
    try:
        lock = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return "a run that just ended", True
    except ValueError:
        return "a run that just began", True
    pid, host = int(lock["pid"]), str(lock["hostname"])
    text = f"Pulumi (process {pid} on {host})"
    return text, host != socket.gethostname() or _is_pulumi(pid)


def _is_pulumi(pid: int) -> bool:
    """Pids are used again, so the process must also be a Pulumi. A zombie counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    asked = ["ps", "-o", "stat=,comm=", "-p", str(pid)]
    state, _, command = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip().partition(" ")
    return "pulumi" in command and not state.startswith("Z")
