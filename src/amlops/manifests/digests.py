"""Hashes of files and folders. `__pycache__` never counts: running the tests must not make a new release."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

IGNORED = "__pycache__"


def file_digest(path: Path) -> str:
    """sha256 of a file's content, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files_below(folder: Path) -> Iterator[Path]:
    """Every file below the folder, links followed, in an order that does not depend on the machine."""
    for place, folders, names in os.walk(folder, followlinks=True):
        folders[:] = sorted(name for name in folders if name != IGNORED)
        yield from (Path(place) / name for name in sorted(names))


def named_digest(files: Iterable[tuple[str, str]]) -> str:
    """sha256 over (name, sha256 of content) pairs, whatever their order."""
    lines = sorted(f"{name}\0{digest}\n" for name, digest in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def tree_digest(path: Path) -> str:
    """Hash of a file, or of all files below a folder with their names; "absent" where there is neither."""
    if path.is_file():
        return file_digest(path)
    if not path.is_dir():
        return "absent"
    return named_digest((file.relative_to(path).as_posix(), file_digest(file)) for file in files_below(path))
