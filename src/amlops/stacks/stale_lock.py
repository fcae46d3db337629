"""Pulumi's own lock, left behind by a CLI that was killed.

Source: the locks of the file and blob backends, `.pulumi/locks/organization/<project>/<stack>/<id>.json` with pid and
hostname, in a folder or in a container.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

from amlops.azure import Azure
from amlops.errors import AmlopsError

from .engine import Engine
from .names import StackName
from .state import SIGNATURE

PATIENCE = 60.0
"""Seconds to wait for a holder that lives."""

_CONTAINER = re.compile(r"azblob://([^/?]+)\??(.*)")


def clear_stale_lock(
    engine: Engine, azure: Azure, stack: StackName, *, orphaned: bool = False, patience: float | None = None
) -> bool:
    """Removes the lock of a dead process; waits for a living one. True where one was removed.

    `orphaned` says that the run is known to be gone which may have left locks of other machines: else nobody here can
    know whether their holders live. Raises AmlopsError (exit code 5) where the holder still lives after `patience`
    seconds (None: a minute).
    """
    deadline = time.monotonic() + (PATIENCE if patience is None else patience)
    while locks := pulumi_locks(engine, azure, stack):
        living = [lock for lock in locks if lock.lives or (lock.elsewhere and not orphaned)]
        if not living:
            engine.progress.line(f"{stack}: removing the lock of a run that is gone")
            engine.cancel(stack)
            return True
        if time.monotonic() > deadline:
            todo = f"wait for its end or stop it; if it is gone, `amlops unlock {stack}`"
            raise AmlopsError(f"{living[0]} holds the stack {stack}; {todo}", exit_code=5)
        engine.progress.hint(f"waiting for {living[0]}, which holds {stack}")
        time.sleep(0.5)
    return False


def is_locked(engine: Engine, azure: Azure, stack: StackName) -> bool:
    """Whether Pulumi's lock is there, of a living process or a dead one."""
    return bool(pulumi_locks(engine, azure, stack))


class PulumiLock:
    """A lock by its text. One that is being written or removed right now counts as that of a living process."""

    def __init__(self, text: str | None) -> None:
        self.said, self.lives, self.elsewhere = "a run that just ended", True, False
        if text is None:
            return
        try:
            lock = json.loads(text)
            pid, host = int(lock["pid"]), str(lock["hostname"])
        except (ValueError, KeyError, TypeError):
            self.said = "a run that just began"
            return
        self.said, self.elsewhere = f"Pulumi (process {pid} on {host})", host != socket.gethostname()
        self.lives = not self.elsewhere and _is_pulumi(pid)

    def __str__(self) -> str:
        return self.said


def pulumi_locks(engine: Engine, azure: Azure, stack: StackName) -> list[PulumiLock]:
    """The locks of a stack in its backend. Raises AmlopsError where that does not answer."""
    backend = engine.variables.get("PULUMI_BACKEND_URL", "")
    if backend.startswith("file://"):
        folder = Path(backend.removeprefix("file://")) / ".pulumi" / "locks"
        return [PulumiLock(_text(file)) for file in sorted(folder.glob(f"*/*/{stack.text}/*.json"))]
    if backend.startswith("azblob://"):
        return [PulumiLock(text) for text in _blobs(engine, azure, stack)]
    return []


def _text(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None


def _blobs(engine: Engine, azure: Azure, stack: StackName) -> Iterator[str | None]:
    from azure.core.exceptions import AzureError, ResourceNotFoundError

    variables = engine.variables
    parsed = _CONTAINER.match(variables["PULUMI_BACKEND_URL"])
    account = (parse_qs(parsed[2]).get("storage_account") or [""])[0] if parsed else ""
    domain, signature = variables.get("AZURE_STORAGE_DOMAIN"), variables.get(SIGNATURE)
    if parsed is None or not account or not domain or not signature:
        return  # a backend that somebody named himself; the CLI says where it is locked
    url = f"https://{account}.{domain}/{parsed[1]}?{signature.lstrip('?')}"
    try:
        with azure.container(url) as container:
            for name in sorted(container.list_blob_names(name_starts_with=".pulumi/locks/")):
                if name.split("/")[-2] == stack.text and name.endswith(".json"):
                    try:
                        yield container.download_blob(name, encoding="utf-8").readall()
                    except ResourceNotFoundError:
                        yield None
    except AzureError as error:
        said = str(error).partition("\n")[0]
        raise AmlopsError(f"the locks of {stack} in {account}/{parsed[1]} cannot be read: {said}") from None


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
