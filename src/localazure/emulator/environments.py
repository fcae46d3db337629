"""Python environments for jobs, scoring and tracking: a conda file's pip part, locked by uv, built once for everybody.

An image is never run: the local Azure has no container engine. Where there is a conda file, the image below it is
replaced by the Python of this machine.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from . import conda, environment_builder
from .processes import Processes

_TAIL = 30  # lines of the build log that go into the error
# What `amlops env` sets for this cloud's clients; uv is none of them.
_CLIENT_SETTINGS = ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "NO_PROXY", "no_proxy")
_CA_SETTINGS = ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


class EnvironmentBuildFailed(Exception):
    """No environment. `tail` is what the user should read: the tool's last lines, or what can't be done and why."""

    def __init__(self, tail: str) -> None:
        super().__init__(tail)
        self.tail = tail


class Environments:
    """Interpreters by what they contain, in a cache that clones share."""

    def __init__(self, home: Path, processes: Processes) -> None:
        self._home, self._processes = home, processes
        self._cache = cache_root(os.environ) / "python"
        self._running = f"{sys.version_info.major}.{sys.version_info.minor}"

    async def start(self) -> None:
        """Nothing to start: environments are built when asked for."""

    async def stop(self) -> None:
        """Nothing to stop: a build ends with the processes."""

    async def interpreter(self, conda_file: str | None, image: str | None, log: Path) -> Path:
        """The Python of an environment with the conda file's pip part; raises EnvironmentBuildFailed.

        `conda_file` is its text. What happens is appended to `log`. The first call for a conda file takes seconds to
        minutes and the network, later ones neither.
        """
        if conda_file is None:
            raise EnvironmentBuildFailed(
                f"The environment has the image '{image}' and no conda file. The local Azure can't run images; give "
                "the environment a conda file that names its Python packages."
            )
        try:
            wanted = conda.read(conda_file, running=self._running)
        except conda.CondaFileError as error:
            raise EnvironmentBuildFailed(str(error)) from error
        requirements = "\n".join(wanted.requirements) + "\n"
        lock = self._cache / "locks" / environment_builder.lock_name(requirements, wanted.python)
        if not lock.exists():
            source = log.with_name(f"{log.name}.requirements")
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_text(requirements)
            await self._build(log, wanted.python, "--requirements", source)
            source.unlink()
        return await self.from_lock(lock, log, python=wanted.python)

    async def from_lock(self, lock: Path, log: Path, *, python: str | None = None) -> Path:
        """The Python of an environment that holds exactly what a lock with hashes names."""
        python = python or self._running
        environment = environment_builder.place(self._cache, lock.read_text(), python)
        if not environment_builder.whole(environment):
            await self._build(log, python, "--lock", lock)
        return environment / "bin" / "python"

    async def _build(self, log: Path, python: str, *what: str | Path) -> None:
        self._cache.mkdir(parents=True, exist_ok=True)
        before = log.stat().st_size if log.exists() else 0
        builder = [sys.executable, "-m", environment_builder.__name__, *what]
        child = await self._processes.spawn(
            "environment build",
            [*builder, "--python", python, "--cache", self._cache],
            env=_without_client_settings(os.environ, self._home),
            cwd=self._cache,
            log=log,
        )
        try:
            code = await child.wait()
        except BaseException:
            await child.terminate(0)
            raise
        if code != 0:
            raise EnvironmentBuildFailed(
                _tail(log, before) or f"The build ended with exit code {code} and said nothing."
            )


def cache_root(env: Mapping[str, str]) -> Path:
    """The per-user cache. Source: XDG Base Directory Specification (a relative path is ignored)."""
    base = Path(env.get("XDG_CACHE_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".cache") / "azureml-gitops"


def _without_client_settings(env: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment, less what `amlops env` printed for this cloud: its CA and proxy know no package index."""
    own = any(Path(env.get(name, "/")).is_relative_to(home) for name in _CA_SETTINGS)
    return {k: v for k, v in env.items() if not (own and k in (*_CLIENT_SETTINGS, *_CA_SETTINGS))}


def _tail(log: Path, start: int) -> str:
    with log.open(errors="replace") as file:
        file.seek(start)
        return "".join(deque(file, _TAIL)).strip()
