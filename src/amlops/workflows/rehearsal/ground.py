"""The least that an untouched platform must be for a rehearsal: put by plain requests in a second, where its programs
take a quarter of a minute. Pure but for `lay_ground`.

A stand-in for `infra/programs`, not a copy: only what deployments, jobs and registries refer to is there. A platform
that the change touches is brought up by its own program.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from amlops.config import Environment, Names
from amlops.stacks import StackName

from ..realm.foundation import Wanted
from ..session import Session

_GROUP, _STORAGE, _VAULT = "2024-03-01", "2024-01-01", "2024-11-01"
_IDENTITY, _ML, _NETWORK = "2023-01-31", "2025-12-01", "2025-05-01"
_PROVIDER = "Microsoft.MachineLearningServices"


def lay_ground(session: Session, stack: StackName) -> None:
    """What the stack of a registry or a platform would make, as far as others stand on it. Raises AmlopsError."""
    environment, azure = session.environment, session.azure
    if stack.kind == "registry":
        wanted = registry_ground(environment, session.subscription)
    else:
        wanted = platform_ground(environment, session.subscription, azure.variables["ARM_TENANT_ID"])
    with session.progress.step(f"standing in {stack}"):
        for one in wanted:
            azure.put(one.id, one.api_version, one.body)


def registry_ground(environment: Environment, subscription: str) -> Iterator[Wanted]:
    """The ML registry that an environment brings, with the group it lies in."""
    names, where = Names(environment), environment.region
    group = f"/subscriptions/{subscription}/resourceGroups/{names.registry_resource_group}"
    yield Wanted(group, _GROUP, {"location": where})
    details = {
        "location": where,
        "acrDetails": [{"systemCreatedAcrAccount": {"acrAccountSku": "Premium"}}],
        "storageAccountDetails": [
            {
                "systemCreatedStorageAccount": {
                    "storageAccountHnsEnabled": False,
                    "storageAccountType": "Standard_LRS",
                    "allowBlobPublicAccess": False,
                }
            }
        ],
    }
    body: dict[str, Any] = {
        "location": where,
        "identity": {"type": "SystemAssigned"},
        "properties": {"publicNetworkAccess": "Enabled", "regionDetails": [details]},
    }
    yield Wanted(f"{group}/providers/{_PROVIDER}/registries/{names.registry}", _ML, body)


def platform_ground(environment: Environment, subscription: str, tenant: str) -> Iterator[Wanted]:
    """Groups, identities, storage, vault, workspace, the private endpoint by which its online endpoints are asked, and
    clusters of an environment."""
    names, platform, where = Names(environment), environment.platform, environment.region
    account = f"/subscriptions/{subscription}/resourceGroups"
    group = f"{account}/{names.resource_group}"
    for name in (names.resource_group, *(names.team_resource_group(team) for team in sorted(platform.teams))):
        yield Wanted(f"{account}/{name}", _GROUP, {"location": where})
    for name in names.identities:
        place = f"{group}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{name}"
        yield Wanted(place, _IDENTITY, {"location": where})
    storage = f"{group}/providers/Microsoft.Storage/storageAccounts/{names.storage}"
    yield Wanted(
        storage,
        _STORAGE,
        {"location": where, "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}},
    )
    vault = f"{group}/providers/Microsoft.KeyVault/vaults/{names.vault}"
    settings = {"tenantId": tenant, "sku": {"family": "A", "name": "standard"}, "enableRbacAuthorization": True}
    yield Wanted(vault, _VAULT, {"location": where, "properties": settings})
    workspace = f"{group}/providers/{_PROVIDER}/workspaces/{names.workspace}"
    yield Wanted(
        workspace,
        _ML,
        {
            "location": where,
            "kind": "Default",
            "identity": {"type": "SystemAssigned"},
            "properties": {"friendlyName": names.workspace, "storageAccount": storage, "keyVault": vault},
        },
    )
    if platform.network.private_endpoint_subnet is not None:
        name = names.private_endpoint("amlworkspace")
        link = {"name": name, "properties": {"privateLinkServiceId": workspace, "groupIds": ["amlworkspace"]}}
        yield Wanted(
            f"{group}/providers/Microsoft.Network/privateEndpoints/{name}",
            _NETWORK,
            {
                "location": where,
                "properties": {
                    "subnet": {"id": platform.network.private_endpoint_subnet},
                    "privateLinkServiceConnections": [link],
                },
            },
        )
    for key, cluster in sorted(platform.compute.items()):
        scale = {"minNodeCount": 0, "maxNodeCount": cluster.max_nodes, "nodeIdleTimeBeforeScaleDown": "PT300S"}
        inner = {"osType": "Linux", "vmSize": cluster.size, "vmPriority": "Dedicated", "scaleSettings": scale}
        body = {
            "location": where,
            "properties": {"computeType": "AmlCompute", "computeLocation": where, "properties": inner},
        }
        yield Wanted(f"{workspace}/computes/{names.compute(key)}", _ML, body)
