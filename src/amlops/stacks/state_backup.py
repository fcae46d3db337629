"""A backup of states: exports of the Pulumi CLI in a folder, with an index that says what each must be.

An export holds secrets only as the state does, under the realm's passphrase, which is not in it.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from amlops.errors import AmlopsError

INDEX = "backup.json"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Saved:
    """One stack's export. `who` is its realm's keeper; `pending` counts operations that its last run left open."""

    stack: str
    who: str
    file: str
    sha256: str
    resources: int
    pending: int


@dataclass(frozen=True, slots=True)
class Backup:
    """`taken_at` is the server's time, ISO 8601."""

    environment: str
    taken_at: str
    saved: tuple[Saved, ...]


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """A folder to write into, which takes its name when everything is in it and on disk; nothing is left of a failure.

    Raises AmlopsError (exit code 2) where `folder` holds something already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AmlopsError(f"{folder} is there and not empty; name a folder that isn't", exit_code=2)
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    draft.mkdir(parents=True, mode=0o700)
    try:
        yield draft
        for file in (*draft.iterdir(), draft):
            _sync(file)
        if folder.exists():
            folder.rmdir()
        draft.rename(folder)
        _sync(folder.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def save(folder: Path, stack: str, who: str, export: Callable[[Path], object]) -> Saved:
    """Has a stack exported into the folder, and checks what came. Raises AmlopsError."""
    file = folder / f"{stack}.json"
    export(file)
    data = file.read_bytes()
    deployment = checked(stack, data)
    resources, pending = deployment.get("resources") or (), deployment.get("pending_operations") or ()
    return Saved(stack, who, file.name, hashlib.sha256(data).hexdigest(), len(resources), len(pending))


def write_index(folder: Path, backup: Backup) -> None:
    (folder / INDEX).write_text(json.dumps({"version": VERSION, **asdict(backup)}, indent=2) + "\n", encoding="utf-8")


def read_backup(folder: Path) -> Backup:
    """A backup whose every file is as it was written. Raises AmlopsError (exit codes 2 and 3) with all problems."""
    index = folder / INDEX
    if not index.is_file():
        raise AmlopsError(f"{folder} is no backup: it has no {INDEX}; name the folder of one", exit_code=3)
    try:
        found = json.loads(index.read_text(encoding="utf-8"))
        if found.pop("version") != VERSION:
            raise ValueError("it is of another version")
        backup = Backup(**{**found, "saved": tuple(Saved(**one) for one in found["saved"])})
    except (ValueError, KeyError, TypeError) as error:
        raise AmlopsError(f"{index}: is no index of a backup: {error}; take another backup", exit_code=2) from None
    problems = [problem for saved in backup.saved for problem in _problems(folder, saved)]
    if problems:
        raise AmlopsError("\n".join(problems), exit_code=2)
    return backup


def checked(stack: str, data: bytes) -> dict[str, Any]:
    """The deployment in an export. Raises AmlopsError (exit code 2) for what the engine would not take back."""
    try:
        found = json.loads(data)
        deployment = found["deployment"]
    except (ValueError, KeyError, TypeError):
        raise AmlopsError(f"the export of {stack} is no export of Pulumi's", exit_code=2) from None
    if not isinstance(deployment, dict) or "manifest" not in deployment:
        raise AmlopsError(f"the export of {stack} holds no state", exit_code=2)
    known: set[str] = set()
    for resource in deployment.get("resources") or ():
        urn, parent = str(resource.get("urn")), resource.get("parent")
        if f":{stack}::" not in urn:
            raise AmlopsError(f"the export of {stack} holds {urn}, which is of another stack", exit_code=2)
        if parent and parent not in known:
            raise AmlopsError(f"the export of {stack} lacks {parent}, the parent of {urn}", exit_code=2)
        known.add(urn)
    return deployment


def _problems(folder: Path, saved: Saved) -> Iterator[str]:
    file = folder / saved.file
    if Path(saved.file).name != saved.file or not file.is_file():
        yield f"{file}: is not there; the backup is not whole"
        return
    data = file.read_bytes()
    if hashlib.sha256(data).hexdigest() != saved.sha256:
        yield f"{file}: is not what was backed up; somebody changed it"
        return
    deployment: Mapping[str, Any] = checked(saved.stack, data)
    if len(deployment.get("resources") or ()) != saved.resources:
        yield f"{file}: holds another number of resources than the index says"


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
