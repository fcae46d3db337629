"""Private endpoints that lead to a container registry."""

from __future__ import annotations

from .private_endpoint_connection import PrivateEndpointConnection


class ContainerRegistryPrivateEndpointConnection(PrivateEndpointConnection):
    type = "Microsoft.ContainerRegistry/registries/privateEndpointConnections"
