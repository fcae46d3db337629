"""Models: `modelUri` names files in storage; nothing is checked there until a deployment mounts it."""

from __future__ import annotations

from ..arm.errors import bad_request
from ..assets import AssetContainer, AssetVersion, InRegistry
from ..storage.blob_places import ML
from ..store import Body
from .base import Call


class ModelContainer(AssetContainer):
    type = f"{ML}/workspaces/models"


class ModelVersion(AssetVersion):
    type = f"{ML}/workspaces/models/versions"
    noun = "model"
    uploads = True

    def check(self, call: Call) -> None:
        if not call.body.get("properties", {}).get("modelUri"):
            raise bad_request("UserError", "The model needs 'modelUri'.", target="properties.modelUri")

    def defaults(self, call: Call) -> Body:
        return {"modelType": "custom_model", "flavors": {}}


class RegistryModelContainer(InRegistry, ModelContainer):
    type = f"{ML}/registries/models"


class RegistryModelVersion(InRegistry, ModelVersion):
    type = f"{ML}/registries/models/versions"
