"""From a fresh clone with empty caches and no Pulumi to the first prediction: what the very first newcomer waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.support.clone import clone_into

from .figures import Figure, seconds

AIM = 480.0  # seconds


def measure(folder: Path) -> Iterator[Figure]:
    """Every cache of ours, uv's, Go's and npm's lies in a new folder; the registries' speed is part of the figure."""
    caches = {
        "XDG_CACHE_HOME": str(folder / "cache"),
        "GOPATH": str(folder / "go"),
        "npm_config_cache": str(folder / "npm"),
    }
    clone = clone_into(folder)
    try:
        taken = seconds(lambda: clone.run("make up", extra=caches))
    finally:
        clone.run(".venv/bin/python -m localazure --home .local/azure stop", code=None)
    yield Figure("fresh clone, empty caches, no Pulumi: `make up`", f"{taken:.0f} s", f"≤ {AIM:.0f} s", taken <= AIM)
