"""Private link: what private endpoints may lead to, the connections that a target holds, and who gets through.

A connection is a resource below its target, `{target}/privateEndpointConnections/{name}`; whether the private endpoint
leads there is told by it alone, so that deleting either side is seen from the other. Every client of the local Azure
counts as one inside the networks that private endpoints join (docs/adr/0017). Source: private-endpoint-overview,
"Private-link resource", "Access to a private-link resource using approval workflow".
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from .arm.ids import ArmId
from .store import Body, Resource, Store

ENDPOINT = "Microsoft.Network/privateEndpoints"
APPROVED, PENDING, DISCONNECTED = "Approved", "Pending", "Disconnected"
BLOB, VAULT, WORKSPACE, REGISTRY = "blob", "vault", "amlworkspace", "amlregistry"
_STORAGE = (BLOB, "dfs", "file", "queue", "table", "web")
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "microsoft.storage/storageaccounts": (*_STORAGE, *(f"{name}_secondary" for name in _STORAGE)),
    "microsoft.keyvault/vaults": (VAULT,),
    "microsoft.containerregistry/registries": ("registry",),
    "microsoft.machinelearningservices/workspaces": (WORKSPACE,),
    "microsoft.machinelearningservices/registries": (REGISTRY,),
}


def groups(target: ArmId) -> tuple[str, ...]:
    """What of a resource a private endpoint can lead to; () for a type that none leads to."""
    return _GROUPS.get(target.type.lower(), ())


def connection_id(endpoint: ArmId, name: str, target: ArmId) -> ArmId:
    """Of the connection `name` of a private endpoint: the same each time, so that it isn't made twice."""
    told = uuid.uuid5(uuid.NAMESPACE_URL, f"{endpoint.key}/{name.lower()}")
    return target.child("privateEndpointConnections", f"{endpoint.name}.{told}")


def connection(id: ArmId, endpoint: ArmId, group: str, status: str, description: str) -> Resource:
    """A connection to be stored below its target."""
    needed = "actionRequired" if id.type.lower().startswith("microsoft.storage/") else "actionsRequired"
    properties: Body = {
        "privateEndpoint": {"id": endpoint.text},
        "privateLinkServiceConnectionState": {"status": status, "description": description, needed: "None"},
        "provisioningState": "Succeeded",
    }
    return Resource(id, {"properties": properties}, {"group": group})


def connections(store: Store, target: ArmId) -> list[Resource]:
    """Those that a resource holds, whatever their state."""
    return store.children(target, f"{target.type}/privateEndpointConnections")


def state(held: Resource) -> Body:
    """`privateLinkServiceConnectionState` of a connection: status, description, actions required."""
    return dict(held.properties["privateLinkServiceConnectionState"])


def is_closed(resource: Resource) -> bool:
    """Whether its public access is disabled."""
    return str(resource.properties.get("publicNetworkAccess", "Enabled")).lower() == "disabled"


def is_public(resource: Resource) -> bool:
    """Whether it answers anybody, with neither public access disabled nor a firewall whose default is to deny."""
    rules = resource.properties.get("networkAcls") or {}
    return not is_closed(resource) and str(rules.get("defaultAction", "Allow")).lower() != "deny"


def is_reachable(store: Store, resource: Resource, group: str) -> bool:
    """Whether a client gets through to this part of a resource: publicly, or by a private endpoint that is approved."""
    return is_public(resource) or leads_to(store, resource.id, group)


def leads_to(store: Store, target: ArmId, group: str) -> bool:
    """Whether an approved private endpoint leads to this part of the resource."""
    return any(
        held.secret.get("group") == group and state(held)["status"] == APPROVED for held in connections(store, target)
    )


def with_connections(store: Store, resource: Resource) -> Resource:
    """The resource as it is answered, with the connections that it holds."""
    held = connections(store, resource.id)
    shown = [{"id": one.id.text, "name": one.id.name, "type": one.type, **one.body} for one in held]
    return resource.with_properties(privateEndpointConnections=shown)
