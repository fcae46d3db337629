"""The check of the machine: what is missing, why it is needed, and the one command that mends it."""

from __future__ import annotations

import shutil
import socket
import sys
from pathlib import Path

from . import cache
from .step import SetupFailed

GIB = 1 << 30


def check(repository: Path) -> None:
    """Raises SetupFailed with one message for each thing that is missing, all at once."""
    missing = [*_tools(), *_python(), *_disk(repository), *_loopback()]
    if missing:
        raise SetupFailed("this machine lacks something:\n" + "\n".join(f"  ✗ {line}" for line in missing))


def _tools() -> list[str]:
    why = {"git": "everything here is read from git", "bash": "jobs run their commands in it"}
    return [
        f"{tool}: {reason}; install it, for instance `apt-get install {tool}`"
        for tool, reason in why.items()
        if shutil.which(tool) is None
    ]


def _python() -> list[str]:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    found = []
    if sys.version_info < (3, 11):  # noqa: UP036 (this runs on whatever the machine has)
        found.append(
            f"Python 3.11 or newer: the programs use its types, this is {version} ({sys.executable}); "
            "install one and run `make PYTHON=python3.11 up`"
        )
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError:
        found.append(
            "Python's venv module: uv is installed into an environment of its own; "
            f"`apt-get install python{version}-venv`"
        )
    return found


def _disk(repository: Path) -> list[str]:
    needs = {repository: 2, _existing(cache.root()): 6}
    return [
        f"{gib} GiB of disk at {place}: environments and the Pulumi CLI are built there, "
        f"{shutil.disk_usage(place).free / GIB:.1f} GiB are free; make room or set XDG_CACHE_HOME to a larger disk"
        for place, gib in needs.items()
        if not _enough(place, gib)
    ]


def _enough(place: Path, gib: int) -> bool:
    """Enough is free, or what was to be built is there already."""
    return shutil.disk_usage(place).free >= gib * GIB or (cache.root() / "pulumi").is_dir()


def _existing(place: Path) -> Path:
    return next(p for p in (place, *place.parents) if p.exists())


def _loopback() -> list[str]:
    try:
        with socket.create_server(("127.0.0.1", 0)):
            return []
    except OSError as problem:
        return [f"the loopback interface: the local Azure listens on it ({problem}); `ip link set lo up`"]
