"""Rule: nothing answers on its public address.

Why: a workspace, its data or its endpoint that the whole internet can reach is one leaked key away from everybody.
Source: Azure Policy 438c38d2-3772-465a-a9cc-7a6666a275ce; how-to-configure-private-link.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_PATHS = {
    "machinelearningservices:Workspace": "publicNetworkAccess",
    "machinelearningservices:Registry": "publicNetworkAccess",
    "machinelearningservices:OnlineEndpoint": "properties.publicNetworkAccess",
    "storage:StorageAccount": "publicNetworkAccess",
    "keyvault:Vault": "properties.publicNetworkAccess",
    "containerregistry:Registry": "publicNetworkAccess",
}


class PublicAccess(Rule):
    id = "public-access"
    kinds = tuple(_PATHS)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = _PATHS[resource.kind]
        value = resource.get(path)
        if value != "Disabled":
            registry = resource.kind == "machinelearningservices:Registry"
            key = "registry.public_access" if registry else "platform.network.public_access"
            yield from invalid(path, value, "it should be Disabled", f"set {key}: false in {declared.file}")
