"""Files into and out of blob containers. A container client comes in; where it points is the caller's business."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from amlops.manifests.digests import file_digest

from .holder import refused

if TYPE_CHECKING:
    from azure.storage.blob import ContainerClient


def upload(container: ContainerClient, files: Iterable[tuple[str, Path]]) -> None:
    """Uploads each (blob name, file), overwriting what an interrupted upload left. Raises AmlopsError."""
    from azure.core.exceptions import AzureError

    for name, path in files:
        try:
            with path.open("rb") as stream:
                container.upload_blob(name, stream, overwrite=True)
        except AzureError as error:
            refused(f"uploading {name} to {container.account_name}/{container.container_name}", error)


def download(container: ContainerClient, prefix: str, folder: Path) -> list[tuple[str, str]]:
    """Downloads what lies below `prefix` (or the one blob of that name); gives (relative name, sha256), sorted.

    Raises AmlopsError; an empty list means that there is nothing.
    """
    from azure.core.exceptions import AzureError

    prefix = prefix.strip("/")
    found = []
    try:
        for name in container.list_blob_names(name_starts_with=prefix):
            below = name.removeprefix(prefix).strip("/") if name != prefix else prefix.rsplit("/", 1)[-1]
            if (name != prefix and not name.startswith(f"{prefix}/")) or not below or ".." in below.split("/"):
                continue
            target = folder / below
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as stream:
                container.download_blob(name).readinto(stream)
            found.append((below, file_digest(target)))
    except AzureError as error:
        refused(f"downloading {prefix} from {container.account_name}/{container.container_name}", error)
    return sorted(found)
