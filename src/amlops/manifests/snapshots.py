"""Stands where the official client would upload: notes the local files and names them by their content."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath
from typing import Any

from .compiled import WORKSPACE, WORKSPACE_URI, AssetFile, AssetKind, LocalAsset
from .digests import file_digest, files_below, named_digest
from .recording import PREFIX

_KINDS: dict[str, AssetKind] = {"Code": "code", "Model": "model", "Data": "data", "Environment": "environment"}
_STORE = f"{WORKSPACE_URI}/datastores/workspaceblobstore/paths"


class Snapshots:
    """The local files of one manifest. Lives in the compiling process only."""

    def __init__(self) -> None:
        self._taken: dict[tuple[str, Path], LocalAsset] = {}

    def clear(self) -> None:
        self._taken.clear()

    def taken(self, base: Path) -> tuple[LocalAsset, ...]:
        """What was noted, with paths relative to the manifest's folder, sorted by id."""
        found = [
            LocalAsset(item.kind, item.id, _relative(path, base), item.is_file, item.digest, item.files)
            for (_, path), item in self._taken.items()
        ]
        return tuple(sorted(found, key=lambda item: (item.kind, item.id)))

    def code_name(self, digest: str) -> str:
        return digest[:32]

    def code(self, artifact: Any) -> tuple[Path, Any, str] | None:
        """Replaces the client's own look at a code folder; its hash is ours, so the name it asks for is too."""
        from azure.ai.ml._utils._asset_utils import _validate_path, get_ignore_file

        if artifact.path is None or "://" in str(artifact.path):
            return None
        path = Path(artifact.path)
        path = path if path.is_absolute() else Path(artifact.base_path, path).resolve()
        _validate_path(path, _type="Code")
        ignore = get_ignore_file(path)
        files = listed(path, ignore)
        digest = _digest(files)
        name = f"{WORKSPACE}/codes/{self.code_name(digest)}/versions/1"
        self._note("code", path, name, digest, files)
        return path, ignore, digest

    def upload(
        self, operation_scope: Any, datastore_operation: Any, path: Any, artifact_type: str, **given: Any
    ) -> Any:
        """Replaces the client's upload: what it would have stored, under a path made of the content's hash."""
        from azure.ai.ml._utils._asset_utils import _validate_path, get_ignore_file
        from azure.ai.ml.entities._assets._artifacts.artifact import ArtifactStorageInfo

        place = Path(path).resolve()
        _validate_path(place, _type=artifact_type)
        files = listed(place, given.get("ignore_file") or get_ignore_file(place))
        digest = _digest(files)
        remote = f"LocalUpload/{digest}/{place.name}"
        self._note(_KINDS.get(artifact_type, "file"), place, f"{_STORE}/{remote}", digest, files)
        return ArtifactStorageInfo(
            name=given.get("asset_name") or digest[:32],
            version=given.get("asset_version") or "1",
            relative_path=remote,
            datastore_arm_id=f"{PREFIX}/datastores/workspaceblobstore",
            container_name="recorded",
            storage_account_url="https://recorded",
            is_file=place.is_file(),
        )

    def _note(self, kind: AssetKind, path: Path, id: str, digest: str, files: tuple[AssetFile, ...]) -> None:
        self._taken[kind, path] = LocalAsset(kind, id, PurePosixPath(), path.is_file(), digest, files)


def listed(path: Path, ignore: Any) -> tuple[AssetFile, ...]:
    """The files that are published for a path, by the client's ignore file and without `__pycache__`."""
    if path.is_file():
        return (AssetFile(path.name, file_digest(path)),)
    kept = [file for file in files_below(path) if not ignore.is_file_excluded(file.as_posix())]
    found = [AssetFile(file.relative_to(path).as_posix(), file_digest(file)) for file in kept]
    if not found:
        raise ValueError(f"{path.name}/ holds no file to publish")
    return tuple(sorted(found, key=lambda item: item.path))


def _digest(files: tuple[AssetFile, ...]) -> str:
    return named_digest((item.path, item.sha256) for item in files)


def _relative(path: Path, base: Path) -> PurePosixPath:
    return PurePosixPath(Path(os.path.relpath(path, base.resolve())).as_posix())
