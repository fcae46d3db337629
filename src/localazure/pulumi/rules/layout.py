"""Where a property stands in ARM's body: on top, under `properties`, or not in the body at all.

An SDK class flattens `properties`, unless it has an input of this name itself. Source: the flattening marks
(`x-ms-client-flatten`) of the ARM specifications, checked against their example bodies.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ON_TOP = frozenset(
    {
        "eTag",
        "etag",
        "extendedLocation",
        "id",
        "identity",
        "kind",
        "location",
        "managedBy",
        "managedByExtended",
        "name",
        "plan",
        "sku",
        "systemData",
        "tags",
        "type",
        "zones",
    }
)
"""ARM's common envelope (ARM resource provider contract, "common properties")."""

UNDER_PROPERTIES: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType(
    {("operationalinsights", "Workspace"): frozenset({"sku"})}
)
"""Envelope names that a type keeps under `properties` nevertheless."""

IN_QUERY: Mapping[tuple[str, str], frozenset[str]] = MappingProxyType(
    {("machinelearningservices", "Datastore"): frozenset({"skipValidation"})}
)
"""Inputs that go into the request's query."""

IN_DELETE_QUERY: Mapping[tuple[str, str], Mapping[str, str]] = MappingProxyType(
    {("machinelearningservices", "Compute"): {"underlyingResourceAction": "Delete"}}
)
"""Query arguments that the specification requires of a DELETE. The cluster goes with its entry in the workspace."""

FLATTENED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "machinelearningservices": frozenset({"SharedPrivateLinkResource", "RegistryPrivateEndpointConnection"}),
        "containerregistry": frozenset({"PrivateEndpointConnection"}),
        "storage": frozenset({"PrivateEndpointConnection"}),
        "keyvault": frozenset({"PrivateEndpointConnectionItem"}),
        "network": frozenset(
            {
                "ApplicationGatewayIPConfiguration",
                "Delegation",
                "NetworkSecurityGroup",
                "PrivateDnsZoneConfig",
                "PrivateEndpointIPConfiguration",
                "PrivateLinkServiceConnection",
                "ResourceNavigationLink",
                "Route",
                "RouteTable",
                "SecurityRule",
                "ServiceAssociationLink",
                "ServiceEndpointPolicy",
                "ServiceEndpointPolicyDefinition",
                "Subnet",
                "VirtualNetworkPeering",
            }
        ),
    }
)
"""Nested classes that are flattened once more, without their suffix, by module."""

NO_BAG: frozenset[tuple[str, str]] = frozenset({("resources", "ResourceGroup")})
"""Types whose inputs never go below `properties`."""

ID_SETS = frozenset({"userAssignedIdentities"})
"""A list of ids in the inputs, `{id: {}}` on the wire, a map in the outputs."""

KEPT_LISTS: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType(
    {
        ("keyvault", "Vault"): ("accessPolicies",),
        ("network", "VirtualNetwork"): ("subnets", "virtualNetworkPeerings"),
        ("network", "NetworkSecurityGroup"): ("securityRules",),
    }
)
"""Lists below `properties` whose elements are resources of their own.

Where the inputs leave one out, a create sends an empty list and an update sends what is there, as PUT would drop it.
"""


def flattened(module: str, base: str) -> bool:
    """Whether a nested class keeps all but its envelope under `properties` on the wire."""
    return base in FLATTENED.get(module, frozenset())
