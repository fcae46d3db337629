"""Data: `dataUri` names a file, a folder or an MLTable; the service doesn't look whether it is there."""

from __future__ import annotations

from ..arm.errors import bad_request, conflict
from ..assets import AssetContainer, AssetVersion, InRegistry
from ..storage.blob_places import ML
from .base import Call


class DataContainer(AssetContainer):
    """All versions of one name are of one `dataType`."""

    type = f"{ML}/workspaces/data"
    immutable = ("properties.dataType",)


class DataVersion(AssetVersion):
    type = f"{ML}/workspaces/data/versions"
    noun = "data version"
    uploads = True

    def check(self, call: Call) -> None:
        properties = call.body.get("properties", {})
        if not properties.get("dataUri"):
            raise bad_request("UserError", "The data version needs 'dataUri'.", target="properties.dataUri")
        container = call.cloud.store.get(call.id.text.rstrip("/").rsplit("/", 2)[0])
        kind = container.properties.get("dataType") if container else None
        if kind is not None and kind != properties.get("dataType"):
            name = call.id.text.rsplit("/", 3)[1]
            raise conflict(
                "UserError",
                f"All versions of '{name}' are {kind}; this one is {properties.get('dataType')}.",
                target="properties.dataType",
            )


class RegistryDataContainer(InRegistry, DataContainer):
    type = f"{ML}/registries/data"


class RegistryDataVersion(InRegistry, DataVersion):
    type = f"{ML}/registries/data/versions"
