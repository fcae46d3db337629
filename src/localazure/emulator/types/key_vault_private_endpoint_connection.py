"""Private endpoints that lead to a vault."""

from __future__ import annotations

from .private_endpoint_connection import PrivateEndpointConnection


class KeyVaultPrivateEndpointConnection(PrivateEndpointConnection):
    type = "Microsoft.KeyVault/vaults/privateEndpointConnections"
