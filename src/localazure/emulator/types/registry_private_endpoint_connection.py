"""Private endpoints that lead to an ML registry, whose body shows them: they have no operations of their own."""

from __future__ import annotations

from .private_endpoint_connection import PrivateEndpointConnection


class RegistryPrivateEndpointConnection(PrivateEndpointConnection):
    type = "Microsoft.MachineLearningServices/registries/privateEndpointConnections"
