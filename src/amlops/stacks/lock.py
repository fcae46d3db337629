"""One run of the command line for each environment at a time on this machine; the lock dies with its process."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from amlops.config import Repository
from amlops.errors import AmlopsError


@contextmanager
def hold(repo: Repository, environment: str, doing: str) -> Iterator[None]:
    """Holds the environment. Raises AmlopsError (exit code 5) naming the process that holds it, without waiting."""
    folder = repo.local / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{environment}.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AmlopsError(_held(environment, file.name), exit_code=5) from None
        file.truncate(0)
        json.dump({"pid": os.getpid(), "doing": doing, "since": time.strftime("%H:%M:%S")}, file)
        file.flush()
        yield


def _held(environment: str, path: str) -> str:
    with open(path, encoding="utf-8") as file:  # noqa: PTH123  the path came from an open file
        try:
            holder = json.load(file)
            who = f"`{holder['doing']}` (process {holder['pid']}, since {holder['since']})"
        except (ValueError, KeyError):
            who = "another run"
    return f"{who} works on {environment}; wait for its end or stop it"
