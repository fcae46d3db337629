"""The per-user cache that all clones share: what is in it was made whole, or is not in it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def root() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "azureml-gitops"


def key(*files: Path, extra: str = "") -> str:
    """A short name for the content of these files."""
    digest = hashlib.sha256(extra.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def by_rename(name: str, make: Callable[[Path], None]) -> tuple[Path, bool]:
    """The folder `name` in the cache, and whether it was made now. `make` fills a temporary one, which is renamed.

    Two clones that build at once don't disturb each other: the second one finds the place taken and drops its own.
    """
    place = root() / name
    if place.is_dir():
        return place, False
    place.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(prefix=f".{place.name}.", dir=place.parent))
    try:
        make(made)
        made.chmod(0o755)
        try:
            made.rename(place)
        except OSError:
            if not place.is_dir():
                raise
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return place, True


def in_place(name: str, make: Callable[[Path], None]) -> tuple[Path, bool]:
    """Like `by_rename`, for what can't be moved once made (a virtual environment): a lock, and a mark at the end."""
    place = root() / name
    mark = place / ".complete"
    if mark.exists():
        return place, False
    place.parent.mkdir(parents=True, exist_ok=True)
    with locked(place.with_name(f".{place.name}.lock")):
        if mark.exists():
            return place, False
        shutil.rmtree(place, ignore_errors=True)
        try:
            make(place)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise
        mark.touch()
    return place, True


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One process at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
