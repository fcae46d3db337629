"""Private endpoints that lead to a part of a storage account."""

from __future__ import annotations

from .private_endpoint_connection import PrivateEndpointConnection


class StoragePrivateEndpointConnection(PrivateEndpointConnection):
    type = "Microsoft.Storage/storageAccounts/privateEndpointConnections"
