"""The local Azure as a process. It is started and asked by its command line, and never imported."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import AmlopsError

ROOM = 100 << 20
"""Bytes that must be free where the local Azure and Pulumi keep their state; a first `amlops up local` writes half."""


@dataclass(frozen=True, slots=True)
class Running:
    """How to reach a local Azure that runs. `home` holds its state; `subscription_id` is its first one."""

    home: Path
    pid: int
    endpoint: str
    proxy: str
    ca: Path
    tenant_id: str
    subscription_id: str
    client_id: str
    client_secret: str
    metadata_url: str
    plugins: Path
    subscriptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LocalAzure:
    home: Path

    def start(self, tenant: str | None = None, subscriptions: Sequence[str] = (), *, serving: bool = True) -> Running:
        """Starts it unless it runs; gives it once it answers. `tenant` and `subscriptions` are ids that it shall have.
        Without `serving` online deployments succeed at once and serve nothing: for who only plans.

        Raises AmlopsError with what it said, also where it exists already and has others.
        """
        words = [*(["--tenant", tenant] if tenant else [])]
        for id in subscriptions:
            words += ["--subscription", id]
        words += [] if serving else ["--no-serving"]
        return self._running(self._json("start", *words))

    def require_room(self) -> None:
        """Raises AmlopsError where the disk is as good as full: Pulumi would try for minutes to write its state."""
        place = next(folder for folder in (self.home, *self.home.parents) if folder.is_dir())
        free = shutil.disk_usage(place).free
        if free < ROOM:
            message = f"{free >> 20} MiB of disk are free at {place}, and {ROOM >> 20} are needed"
            raise AmlopsError(f"{message}; make room there, then run it again")

    def status(self) -> Running | None:
        """How to reach it, None where it doesn't run."""
        if not self.home.is_dir():
            return None
        found = self._json("status")
        return self._running(found) if found.get("running") else None

    def require(self) -> Running:
        """Like `status`; raises AmlopsError (exit code 3) where it doesn't run."""
        found = self.status()
        if found is None:
            raise AmlopsError("the local Azure does not run; start it with `amlops local start`", exit_code=3)
        return found

    def stop(self) -> None:
        """Ends it and its children; its state stays. Nothing happens where it doesn't run."""
        if self.home.is_dir():
            self._run("stop", "--json")

    def reset(self) -> None:
        """Ends it and forgets everything that was in it."""
        if self.home.is_dir():
            self._run("reset", "--json")

    def logs(self, lines: int) -> str:
        """The last lines of its log."""
        return self._run("logs", "--lines", str(lines)).stdout if self.home.is_dir() else ""

    def _json(self, command: str, *words: str) -> dict[str, Any]:
        answer = self._run(command, "--json", *words, allowed=(0, 3)).stdout
        try:
            found: dict[str, Any] = json.loads(answer)
        except ValueError:
            raise AmlopsError(f"the local Azure answered {answer!r} to {command}; see `amlops local logs`") from None
        return found

    def _running(self, status: dict[str, Any]) -> Running:
        return Running(
            home=self.home,
            pid=int(status["pid"]),
            endpoint=status["endpoint"],
            proxy=status["proxy"],
            ca=Path(status["ca"]),
            tenant_id=status["tenant_id"],
            subscription_id=status["subscription_id"],
            client_id=status["client_id"],
            client_secret=status["client_secret"],
            metadata_url=status["metadata_url"],
            plugins=Path(status["plugins"]),
            subscriptions=tuple(status.get("subscriptions") or (status["subscription_id"],)),
        )

    def _run(self, *arguments: str, allowed: tuple[int, ...] = (0,)) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "localazure", "--home", str(self.home), *arguments]
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise AmlopsError(f"the local Azure cannot be started: {error}") from None
        if done.returncode not in allowed:
            said = (done.stderr.strip() or done.stdout.strip() or f"exit code {done.returncode}").removeprefix(
                "localazure: "
            )
            raise AmlopsError(f"the local Azure could not {arguments[0]}: {said}")
        return done
