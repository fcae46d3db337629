"""Private endpoints that lead to an ML workspace, and through it to its online endpoints."""

from __future__ import annotations

from .private_endpoint_connection import PrivateEndpointConnection


class WorkspacePrivateEndpointConnection(PrivateEndpointConnection):
    type = "Microsoft.MachineLearningServices/workspaces/privateEndpointConnections"
