"""Folders in memory. What writes thousands of small files there doesn't wait for a disk, and is killed all the same."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")
NEEDED = 4 << 30
"""Bytes that must be free there; else the folder lies on the disk."""


@contextmanager
def in_memory(on_disk: Path) -> Iterator[Path]:
    """A fresh folder in memory, which goes with the block; `on_disk` where there is not enough of it."""
    if not MEMORY.is_dir() or shutil.disk_usage(MEMORY).free < NEEDED:
        yield on_disk
        return
    with tempfile.TemporaryDirectory(prefix="amlops-", dir=MEMORY, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
