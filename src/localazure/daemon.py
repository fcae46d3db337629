"""The emulator as a daemon: start, stop, status, reset, logs. Safe for two callers at once."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_TIMEOUT = 30.0  # seconds
STOP_TIMEOUT = 20.0
_LOCK = ".lock"
_OTHER = "use another home, or reset this one"
_PLUGINS = {"pulumi-resource-azure-native": "provider", "host/pulumi-language-python": "host"}


class DaemonError(Exception):
    """What went wrong and what to do, in one message."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What `start` was asked for; None and () are whatever the home has, or something new."""

    port: int | None = None
    tenant: str | None = None
    subscriptions: tuple[str, ...] = ()
    serving: bool = True

    def words(self) -> list[str]:
        """As the emulator's own command line takes it."""
        given = [] if self.port is None else ["--port", str(self.port)]
        given += [] if self.tenant is None else ["--tenant", self.tenant]
        given += [] if self.serving else ["--no-serving"]
        return [*given, *(word for one in self.subscriptions for word in ("--subscription", one))]

    def require(self, told: dict[str, Any]) -> None:
        """Raises DaemonError where the one that runs is another."""
        if self.port is not None and not told["endpoint"].endswith(f":{self.port}"):
            raise DaemonError(f"it runs already, at {told['endpoint']}; stop it to start it on port {self.port}")
        if not self.serving and told["serving"]:
            raise DaemonError("it runs already, and serves; stop it to start it with --no-serving")
        wanted = list(dict.fromkeys(one.lower() for one in self.subscriptions))
        if self.tenant is not None and self.tenant.lower() != told["tenant_id"]:
            raise DaemonError(f"it runs already, with the tenant {told['tenant_id']}, not {self.tenant}; {_OTHER}")
        if wanted and wanted != told["subscriptions"]:
            there = ", ".join(told["subscriptions"])
            raise DaemonError(f"it runs already, with the subscriptions {there}, not {', '.join(wanted)}; {_OTHER}")


class Daemon:
    """One local Azure in one home folder."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self._log = self.home / "emulator.log"

    def status(self) -> dict[str, Any]:
        """How to reach the cloud, with `running`. A file left by a killed daemon counts as not running."""
        told = self._told()
        if told is None:
            return {"running": False, "home": str(self.home)}
        return {"running": _answers(told), "home": str(self.home), **told, "plugins": str(self.home / "plugins")}

    def start(self, asked: Asked | None = None) -> dict[str, Any]:
        """Start it if it does not run; gives its status once it answers. Raises DaemonError."""
        wanted = asked or Asked()
        with self._locked():
            if (told := self._told()) is not None:
                return self._await_again(told, wanted)
            self._write_plugins()
            (self.home / "cloud.json").unlink(missing_ok=True)
            words = [sys.executable, "-m", "localazure.emulator", "--home", str(self.home), *wanted.words()]
            begin = self._log.stat().st_size if self._log.exists() else 0
            with self._log.open("ab") as log:
                process = subprocess.Popen(
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    env=_environment(),
                    cwd=self.home,
                )
            return self._await(process, begin)

    def stop(self) -> bool:
        """End it with all its children; gives whether it ran."""
        with self._locked():
            told = self._told()
            if told is None:
                (self.home / "cloud.json").unlink(missing_ok=True)
                return False
            pid, started = told["pid"], told["started"]
            os.kill(pid, signal.SIGTERM)
            until = time.monotonic() + STOP_TIMEOUT
            while _started(pid) == started:
                if time.monotonic() > until:
                    os.kill(pid, signal.SIGKILL)
                    until = time.monotonic() + STOP_TIMEOUT
                time.sleep(0.02)
            (self.home / "cloud.json").unlink(missing_ok=True)
            return True

    def reset(self) -> None:
        """Stop it and forget everything: the next start is a new, empty subscription.

        Raises DaemonError for a folder that holds something else than a local Azure.
        """
        if not self.home.exists():
            return
        if not (self.home / "state.db").exists() and any(entry.name != _LOCK for entry in self.home.iterdir()):
            raise DaemonError(f"{self.home} is no home of a local Azure (it has no state.db); nothing was deleted")
        self.stop()
        with self._locked():
            for entry in self.home.iterdir():
                if entry.name != _LOCK:
                    shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()

    def logs(self, lines: int) -> str:
        """The last lines of the daemon's log."""
        if not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    # -- inside ------------------------------------------------------------------------------------------------------

    def _told(self) -> dict[str, Any] | None:
        """What the daemon that lives wrote about itself; None for one that is gone."""
        try:
            told: dict[str, Any] = json.loads((self.home / "cloud.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return None
        return told if _started(told["pid"]) == told["started"] else None

    def _await_again(self, told: dict[str, Any], asked: Asked) -> dict[str, Any]:
        """It lives: wait until it answers. Raises DaemonError if it doesn't, or is another one than asked for."""
        asked.require(told)
        until = time.monotonic() + START_TIMEOUT
        while not (found := self.status())["running"]:
            if time.monotonic() > until:
                raise DaemonError(f"it runs (pid {told['pid']}) and does not answer; its log: {self._log}")
            time.sleep(0.05)
        return found

    def _await(self, process: subprocess.Popen[bytes], begin: int) -> dict[str, Any]:
        until = time.monotonic() + START_TIMEOUT
        while time.monotonic() < until:
            found = self.status()
            if found["running"]:
                return found
            if process.poll() is not None:
                why = f"it did not start (exit {process.returncode}): {self._said(begin)}"
                raise DaemonError(f"{why}\n  its log: {self._log}")
            time.sleep(0.02)
        process.terminate()
        raise DaemonError(f"it did not answer within {START_TIMEOUT:.0f} s; its log: {self._log}")

    def _said(self, begin: int) -> str:
        with self._log.open("rb") as log:
            log.seek(begin)
            lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        return lines[-1].removeprefix("localazure: ") if lines else "it said nothing"

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / _LOCK).open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    def _write_plugins(self) -> None:
        """What Pulumi's engine looks for on PATH; `host` is for machines without Pulumi's own language host."""
        for name, role in _PLUGINS.items():
            file = self.home / "plugins" / name
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh = file.with_suffix(".new")
            fresh.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m localazure.pulumi {role} "$@"\n')
            fresh.chmod(0o755)
            fresh.replace(file)


def _answers(told: dict[str, Any]) -> bool:
    """Whether the cloud with this home's own CA answers at its address."""
    try:
        context = ssl.create_default_context(cafile=told["ca"])
        handlers = (urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context))
        with urllib.request.build_opener(*handlers).open(f"{told['endpoint']}/localazure/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _started(pid: int) -> str | None:
    """When a process started (ticks since boot), or None: a pid alone may be somebody else's. A zombie is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[19]


def _environment() -> dict[str, str]:
    """Ours without what points clients at a cloud: the emulator is nobody's client."""
    dropped = (
        "AZURE_",
        "ARM_",
        "PULUMI_",
        "REQUESTS_CA_BUNDLE",
        "SSL_CERT_FILE",
        "HTTPS_PROXY",
        "https_proxy",
        "HTTP_PROXY",
        "http_proxy",
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return kept
