"""Components: `componentSpec` is what a pipeline's step runs, kept as it came."""

from __future__ import annotations

from ..arm.errors import bad_request
from ..assets import AssetContainer, AssetVersion, InRegistry
from ..storage.blob_places import ML
from .base import Call


class ComponentContainer(AssetContainer):
    type = f"{ML}/workspaces/components"


class ComponentVersion(AssetVersion):
    type = f"{ML}/workspaces/components/versions"
    noun = "component"

    def check(self, call: Call) -> None:
        if not isinstance(call.body.get("properties", {}).get("componentSpec"), dict):
            raise bad_request(
                "UserError", "The component needs 'componentSpec', an object.", target="properties.componentSpec"
            )


class RegistryComponentContainer(InRegistry, ComponentContainer):
    type = f"{ML}/registries/components"


class RegistryComponentVersion(InRegistry, ComponentVersion):
    type = f"{ML}/registries/components/versions"
