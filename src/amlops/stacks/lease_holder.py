"""Who holds a lease, as its text says it, and whether that may still live."""

from __future__ import annotations

import getpass
import json
import os
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from amlops.config.moments import moment, stamp
from amlops.errors import AmlopsError
from amlops.github import Run


@dataclass(frozen=True, slots=True)
class Holder:
    """A process, and the run of GitHub that it is part of, with the runner that its job has: `run`, `run_url` and
    `runner` are empty on a person's machine."""

    run: str
    attempt: int
    run_url: str
    person: str
    machine: str
    pid: int
    runner: str = ""

    def __str__(self) -> str:
        if not self.run:
            return f"{self.person} (process {self.pid} on {self.machine.partition('/')[0]})"
        again = f", attempt {self.attempt}" if self.attempt > 1 else ""
        return f"run {self.run}{again} of {self.person}"


Lives = Callable[[Holder], bool | None]


@dataclass(frozen=True, slots=True)
class Taken:
    """The text behind `refs/leases/<stack>`. Times are the server's (UTC); `token` tells two of one holder apart."""

    stack: str
    holder: Holder
    doing: str
    taken_at: datetime
    expires_at: datetime
    token: str

    def until(self, expires_at: datetime) -> Taken:
        return replace(self, expires_at=expires_at)

    def text(self) -> str:
        known = {
            "stack": self.stack,
            **asdict(self.holder),
            "doing": self.doing,
            "taken_at": stamp(self.taken_at),
            "expires_at": stamp(self.expires_at),
            "token": self.token,
        }
        return json.dumps(known, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def parse(cls, text: str) -> Taken:
        """Raises AmlopsError for a text that no lease wrote."""
        try:
            data: dict[str, Any] = json.loads(text)
            holder = Holder(
                run=str(data["run"]),
                attempt=int(data["attempt"]),
                run_url=str(data["run_url"]),
                person=str(data["person"]),
                machine=str(data["machine"]),
                pid=int(data["pid"]),
                runner=str(data.get("runner", "")),
            )
            times = [moment(str(data[key])) for key in ("taken_at", "expires_at")]
            return cls(str(data["stack"]), holder, str(data["doing"]), times[0], times[1], str(data["token"]))
        except (ValueError, KeyError, TypeError) as error:
            raise AmlopsError(f"this is no lease: {error!r}; remove the ref that points at it") from None


def this_process(run: Run | None) -> Holder:
    if run is None:
        return Holder("", 1, "", getpass.getuser(), machine(), os.getpid())
    return Holder(str(run.id), run.attempt, run.url, run.person, machine(), os.getpid(), run.runner)


def process_lives(holder: Holder) -> bool | None:
    """Whether the holder's process does; None where it ran elsewhere. A zombie counts as gone."""
    if holder.machine != machine():
        return None
    try:
        os.kill(holder.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    status = Path(f"/proc/{holder.pid}/stat")
    try:
        return status.read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return True  # no /proc here


def either_lives(holder: Holder, mine: Run | None, run_lives: Lives) -> bool | None:
    """By its process where it is of this machine, else by its job of GitHub's. An earlier attempt of our own run has
    ended: else the next one would not have begun."""
    known = process_lives(holder)
    if known is not None or not holder.run:
        return known
    if mine is not None and holder.run == str(mine.id):
        return False if holder.attempt < mine.attempt else None
    return run_lives(holder)


@cache
def machine() -> str:
    """Names this machine so that equal pids mean the same process: host, boot and pid namespace. Hosted runners, and
    containers, may share host names."""
    return "/".join([socket.gethostname(), *filter(None, (_boot(), _namespace()))])


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()[:8]
    except OSError:
        return ""


def _namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        return ""
