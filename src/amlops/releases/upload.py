"""Versions that are made of files: asked for, uploaded, then created. A version that is there is left alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from amlops.manifests import LocalAsset

from .blobs import upload
from .cloud import Cloud
from .holder import Holder


@dataclass(frozen=True, slots=True)
class Placed:
    """Files by the names that they get in the version's container; `target` is the file or folder a URI names."""

    target: str
    files: tuple[tuple[str, Path], ...]


def placed(folder: Path, asset: LocalAsset) -> Placed:
    """A local asset as Azure lays it out.

    A folder keeps its name, since a model's folder is seen by scoring below AZUREML_MODEL_DIR. A single file lies bare,
    but code is always a folder. Source: azure-ai-ml, `_blob_storage_helper.py` and `Code._update_path`.
    """
    place = folder / asset.path
    if asset.is_file:
        name = f"code/{place.name}" if asset.kind == "code" else place.name
        return Placed("code" if asset.kind == "code" else name, ((name, place),))
    root = place.resolve().name
    return Placed(root, tuple((f"{root}/{file.path}", place / file.path) for file in asset.files))


def ensure_version(
    cloud: Cloud,
    holder: Holder,
    collection: str,
    name: str,
    version: str,
    content: Placed,
    properties: Callable[[str], dict[str, Any]],
) -> bool:
    """Makes the version unless it is there; True where it was made. `properties` gets the URI of the content.

    Raises AmlopsError. An upload that was cut off left no version: its files lie in a container that nobody names.
    """
    if holder.get(collection, name, version) is not None:
        return False
    given = holder.pending_upload(collection, name, version)
    upload(cloud.container(given.sas_url), content.files)
    uri = f"{given.blob_uri.rstrip('/')}/{content.target}"
    holder.put(collection, name, version, {"properties": properties(uri)})
    return True
