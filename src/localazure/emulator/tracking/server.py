"""The MLflow server as a child process: its own environment, SQLite, one worker, started on first use.

It is started as `mlflow server` itself starts its worker, without the command line's process around it, which imports
all of MLflow a second time and stays (measured: 12 s of processor time and 500 MB with it, 7 s and 257 MB without).
"""

from __future__ import annotations

import asyncio
import socket
import uuid
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from ..environments import EnvironmentBuildFailed

if TYPE_CHECKING:
    from ..ground import Ground
    from ..processes import Child

LOCK = Path(__file__).parents[4] / "requirements-mlflow.lock"

_APPLICATION = "mlflow.server.fastapi_app:app"
_START = 120.0  # seconds; 3 to 4 on a quiet machine
_TAIL = 15  # lines of the log that go into the error


class TrackingUnavailable(Exception):
    """The MLflow server can't be had; the message says why."""


class MlflowServer:
    """One server for the whole cloud. Not a single request reaches it but through us: it listens on loopback only."""

    def __init__(self, cloud: Ground) -> None:
        self._cloud = cloud
        self.folder = cloud.home / "mlflow"
        self._child: Child | None = None
        self._url = ""
        self._starting = asyncio.Lock()

    @property
    def database(self) -> Path:
        return self.folder / "mlflow.db"

    @property
    def log(self) -> Path:
        return self.folder / "server.log"

    async def url(self) -> str:
        """Where the server answers, started if it doesn't run. Raises TrackingUnavailable."""
        async with self._starting:
            if self._child is None or self._child.returncode is not None:
                await self._start()
            return self._url

    async def stop(self) -> None:
        if self._child is not None:
            await self._child.terminate()
            self._child = None

    async def _start(self) -> None:
        if not LOCK.exists():
            raise TrackingUnavailable(f"{LOCK.name} is not there; MLflow runs only from a clone of the repository.")
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            python = await self._cloud.environments.from_lock(LOCK, self.log)
        except EnvironmentBuildFailed as error:
            raise TrackingUnavailable(f"The environment of the MLflow server can't be built.\n{error.tail}") from error
        port = _free_port()
        child = await self._cloud.processes.spawn(
            "mlflow",
            [python, "-m", "uvicorn", "--host", "127.0.0.1", "--port", str(port), "--workers", "1", _APPLICATION],
            env=_environment(python, self.folder, self.database),
            cwd=self.folder,
            log=self.log,
        )
        try:
            await self._answers(child, port)
        except BaseException:
            await child.terminate(0)
            raise
        self._child, self._url = child, f"http://127.0.0.1:{port}"

    async def _answers(self, child: Child, port: int) -> None:
        """Wait for the server. Whoever else sits on the port makes ours end, so a living child is who answers."""
        waited = 0.0
        async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
            while waited < _START:
                if child.returncode is not None:
                    raise TrackingUnavailable(f"The MLflow server ended with {child.returncode}.\n{_tail(self.log)}")
                try:
                    if (await client.get(f"http://127.0.0.1:{port}/health")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.1)
                waited += 0.1
        raise TrackingUnavailable(f"The MLflow server did not answer within {_START:.0f} s.\n{_tail(self.log)}")


def _environment(python: Path, home: Path, database: Path) -> dict[str, str]:
    """Source: `mlflow.server._run_server` of the version that the lock pins, with the options

    `--backend-store-uri sqlite:///… --default-artifact-root mlflow-artifacts:/ --no-serve-artifacts` and
    `--enable-workspaces`.
    Artifacts are ours: clients send them to us, and we keep them in the workspace's storage.
    """
    return {
        "_MLFLOW_SERVER_FILE_STORE": f"sqlite:///{database}",
        "_MLFLOW_SERVER_REGISTRY_STORE": f"sqlite:///{database}",
        "_MLFLOW_SERVER_ARTIFACT_ROOT": "mlflow-artifacts:/",
        "_MLFLOW_SERVER_BOOT_ID": uuid.uuid4().hex,
        "_MLFLOW_IN_JOB_EXECUTOR": "false",
        "_MLFLOW_SGI_NAME": "uvicorn",
        "MLFLOW_ENABLE_WORKSPACES": "true",
        "PATH": f"{python.parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_PYTHON_REFRESH": "quiet",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _tail(log: Path) -> str:
    with log.open(errors="replace") as file:
        return "".join(deque(file, _TAIL)).strip()
