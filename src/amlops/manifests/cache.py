"""Compiled manifests kept by content, so that a preview that finds everything compiled imports no client.

An entry is found by the manifest's path, kind, overrides and the client's version. It names every file that compiling
read and every folder that it published, with their hashes; it counts only while all of these are as they were. So
nothing has to know which keys of which manifest are paths.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from typing import Any

from .compiled import AssetFile, Compiled, LocalAsset, OpenVersion, Resource
from .digests import tree_digest

FORMAT = 2
"""Raised when what an entry holds, or what compiling makes of the same manifest, changes."""


class Cache:
    """Entries below a folder, one file each, written by rename. A file that can't be read is a miss."""

    def __init__(self, folder: Path, root: Path) -> None:
        self._folder = folder / "manifests"
        self._root = root

    def find(self, key: str) -> Compiled | None:
        """The entry, if everything it depends on is as it was."""
        try:
            entry = json.loads((self._folder / f"{key}.json").read_text(encoding="utf-8"))
            depends = dict(entry["depends"])
            if all(tree_digest(self._root / path) == digest for path, digest in depends.items()):
                return loaded(entry["compiled"])
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return None

    def keep(self, key: str, compiled: Compiled, depends: Iterable[Path]) -> None:
        relative = {os.path.relpath(path, self._root): tree_digest(path) for path in depends}
        text = json.dumps({"depends": relative, "compiled": asdict(compiled)}, default=str, sort_keys=True)
        self._folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._folder, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(name).replace(self._folder / f"{key}.json")


def cache_key(path: str, kind: str, overrides: Mapping[str, str], compiler: str) -> str:
    """`path` is relative to the repository, so that clones and machines agree."""
    text = json.dumps([FORMAT, path, kind, sorted(overrides.items()), compiler])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def loaded(data: Mapping[str, Any]) -> Compiled:
    """A Compiled out of its JSON."""
    return Compiled(
        kind=data["kind"],
        resources=tuple(
            Resource(item["kind"], tuple(item["segments"]), item["api_version"], item["body"])
            for item in data["resources"]
        ),
        assets=tuple(
            LocalAsset(
                item["kind"],
                item["id"],
                PurePosixPath(item["path"]),
                item["is_file"],
                item["digest"],
                tuple(AssetFile(file["path"], file["sha256"]) for file in item["files"]),
            )
            for item in data["assets"]
        ),
        open_versions=tuple(OpenVersion(item["collection"], item["name"]) for item in data["open_versions"]),
        compiler=data["compiler"],
    )
