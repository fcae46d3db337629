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
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

START_TIMEOUT = 30.0  # seconds
STOP_TIMEOUT = 20.0
_PLUGINS = {"pulumi-resource-azure-native": "provider", "host/pulumi-language-python": "host"}


class DaemonError(Exception):
    """What went wrong and what to do, in one message."""


class Daemon:
    """One local Azure in one home folder."""

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        self._log = self.home / "emulator.log"

    def status(self) -> dict[str, Any]:
        """How to reach the cloud, with `running`. A file left by a killed daemon counts as not running."""
        try:
            told: dict[str, Any] = json.loads((self.home / "cloud.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {"running": False, "home": str(self.home)}
        running = _started(told["pid"]) == told["started"] and self._answers(told)
        return {"running": running, "home": str(self.home), **told, "plugins": str(self.home / "plugins")}

    def start(self, port: int | None = None) -> dict[str, Any]:
        """Start it if it does not run; gives its status once it answers. Raises DaemonError."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self._locked():
            found = self.status()
            if found["running"]:
                return found
            self._write_plugins()
            (self.home / "cloud.json").unlink(missing_ok=True)
            words = [sys.executable, "-m", "localazure.emulator", "--home", str(self.home)]
            if port is not None:
                words += ["--port", str(port)]
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
            try:
                told = json.loads((self.home / "cloud.json").read_text())
            except (FileNotFoundError, json.JSONDecodeError):
                return False
            pid, started = told["pid"], told["started"]
            if _started(pid) != started:
                (self.home / "cloud.json").unlink(missing_ok=True)
                return False
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
        """Stop it and forget everything: the next start is a new, empty subscription."""
        self.stop()
        with self._locked():
            for entry in self.home.iterdir():
                if entry.name != ".lock":
                    shutil.rmtree(entry) if entry.is_dir() else entry.unlink()

    def logs(self, lines: int) -> str:
        """The last lines of the daemon's log."""
        if not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])

    # -- inside ------------------------------------------------------------------------------------------------------

    def _await(self, process: subprocess.Popen[bytes], begin: int) -> dict[str, Any]:
        until = time.monotonic() + START_TIMEOUT
        while time.monotonic() < until:
            found = self.status()
            if found["running"]:
                return found
            if process.poll() is not None:
                raise DaemonError(
                    f"the local Azure did not start (exit {process.returncode}): {self._said(begin)}\n  its log: {self._log}"
                )
            time.sleep(0.02)
        process.terminate()
        raise DaemonError(f"the local Azure did not answer within {START_TIMEOUT:.0f} s; its log: {self._log}")

    def _said(self, begin: int) -> str:
        with self._log.open("rb") as log:
            log.seek(begin)
            lines = [line for line in log.read().decode(errors="replace").splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing"

    def _answers(self, told: dict[str, Any]) -> bool:
        try:
            context = ssl.create_default_context(cafile=told["ca"])
            opener = urllib.request.build_opener(
                urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
            )
            with opener.open(f"{told['endpoint']}/localazure/health", timeout=5) as answer:
                return bool(answer.status == 200)
        except (OSError, urllib.error.URLError):
            return False

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / ".lock").open("w") as handle:
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


def _started(pid: int) -> str | None:
    """When a process started (ticks since boot), or None: a pid alone may be somebody else's by now. A zombie is gone."""
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
