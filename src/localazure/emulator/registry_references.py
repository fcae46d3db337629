"""A place to read the files of a registry's asset from: its container with a SAS that reads and lists.

Asked for as `datareferences` through ARM and as `datarefs` on the registries' data plane. Source: ARM 2025-12-01,
GetBlobReferenceSASRequestDto and …ResponseDto; azure-ai-ml, get_storage_details_for_registry_assets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .arm.errors import bad_request, not_found
from .arm.ids import ArmId
from .pending_uploads import ensure_registry_storage, reference
from .storage.blob_places import resolve
from .store import Body, Resource

if TYPE_CHECKING:
    from .cloud import Cloud

_MINUTES = 60
_PREFIX = "azureml://registries/"


@dataclass(frozen=True, slots=True)
class AssetName:
    """`azureml://registries/{registry}/{kind}/{name}/versions/{version}`, without the registry."""

    kind: str
    name: str
    version: str

    def within(self, registry: ArmId) -> ArmId:
        return ArmId(f"{registry.text}/{self.kind}/{self.name}/versions/{self.version}")


def asset_name(body: Mapping[str, Any]) -> AssetName:
    """The asset that a request's `assetId` names. Raises ArmError 400."""
    given = str(body.get("assetId") or "")
    parts = given.removeprefix(_PREFIX).split("/")
    if not given.startswith(_PREFIX) or len(parts) != 5 or parts[3] != "versions":
        raise bad_request("UserError", f"'assetId': '{given}' is no asset of a registry.", target="assetId")
    return AssetName(parts[1], parts[2], parts[4])


async def read_reference(cloud: Cloud, registry: Resource, body: Mapping[str, Any]) -> Body:
    """The answer. Raises ArmError: 404 for a version that isn't there, 400 for files that the registry doesn't hold."""
    asset = asset_name(body).within(registry.id)
    if cloud.store.get(asset) is None:
        raise not_found(asset.text)
    uri = str(body.get("blobUri") or "")
    place = resolve(cloud.store, cloud.settings.storage_suffix, uri, asset)
    account, account_id = await ensure_registry_storage(cloud, registry)
    if place.account != account:
        raise bad_request(
            "UserError", f"'{uri}' is not in the storage of the registry '{registry.id.name}'.", target="blobUri"
        )
    found = reference(cloud, account, account_id, place.container, "rl", _MINUTES)
    return {"blobReferenceForConsumption": {**found, "blobUri": uri}}
