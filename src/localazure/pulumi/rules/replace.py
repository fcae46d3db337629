"""Inputs whose change replaces the resource, besides those in its path.

Source: `x-ms-mutability: [create, read]` in the ARM specifications.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_LOCATION = frozenset({"location"})

REPLACED_BY: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType(
    {
        ("resources", "ResourceGroup"): _LOCATION,
        ("machinelearningservices", "Registry"): _LOCATION,
        ("machinelearningservices", "OnlineEndpoint"): _LOCATION,
        ("machinelearningservices", "OnlineDeployment"): _LOCATION,
        ("machinelearningservices", "BatchEndpoint"): _LOCATION,
        ("machinelearningservices", "BatchDeployment"): _LOCATION,
        ("machinelearningservices", "ServerlessEndpoint"): _LOCATION,
        ("storage", "StorageAccount"): frozenset({"location", "isHnsEnabled"}),
        ("containerregistry", "Registry"): _LOCATION,
        ("privatedns", "PrivateZone"): _LOCATION,
        ("privatedns", "VirtualNetworkLink"): _LOCATION,
        ("managedidentity", "UserAssignedIdentity"): _LOCATION,
        ("operationalinsights", "Workspace"): _LOCATION,
        ("network", "VirtualNetwork"): _LOCATION,
        ("network", "PrivateEndpoint"): frozenset({"subnet"}),
        ("authorization", "RoleAssignment"): frozenset({"principalId", "scope"}),
    }
)
