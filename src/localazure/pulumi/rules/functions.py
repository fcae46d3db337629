"""Functions that are an action on a resource: the action's path, always by POST.

A function `getX` without an entry here reads the resource `X`. Source: the ARM specifications' `post` operations.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_ML = "machinelearningservices"

ACTIONS: Mapping[tuple[str, str], tuple[str, str]] = MappingProxyType(
    {
        (_ML, "listWorkspaceKeys"): ("Workspace", "listKeys"),
        (_ML, "listWorkspaceNotebookKeys"): ("Workspace", "listNotebookKeys"),
        (_ML, "listWorkspaceNotebookAccessToken"): ("Workspace", "listNotebookAccessToken"),
        (_ML, "listWorkspaceStorageAccountKeys"): ("Workspace", "listStorageAccountKeys"),
        (_ML, "listWorkspaceConnectionSecrets"): ("WorkspaceConnection", "listsecrets"),
        (_ML, "listComputeKeys"): ("Compute", "listKeys"),
        (_ML, "listComputeNodes"): ("Compute", "listNodes"),
        (_ML, "listDatastoreSecrets"): ("Datastore", "listSecrets"),
        (_ML, "listOnlineEndpointKeys"): ("OnlineEndpoint", "listKeys"),
        (_ML, "listBatchEndpointKeys"): ("BatchEndpoint", "listkeys"),
        (_ML, "listServerlessEndpointKeys"): ("ServerlessEndpoint", "listKeys"),
        (_ML, "getOnlineEndpointToken"): ("OnlineEndpoint", "token"),
        (_ML, "getOnlineDeploymentLogs"): ("OnlineDeployment", "getLogs"),
        ("storage", "listStorageAccountKeys"): ("StorageAccount", "listKeys"),
        ("storage", "listStorageAccountSAS"): ("StorageAccount", "ListAccountSas"),
        ("storage", "listStorageAccountServiceSAS"): ("StorageAccount", "ListServiceSas"),
        ("containerregistry", "listRegistryCredentials"): ("Registry", "listCredentials"),
        ("operationalinsights", "getSharedKeys"): ("Workspace", "sharedKeys"),
        ("operationalinsights", "getWorkspaceSharedKeys"): ("Workspace", "sharedKeys"),
        ("cognitiveservices", "listAccountKeys"): ("Account", "listKeys"),
    }
)
"""(module, function) → (resource type, action)."""

SECRET_ACTIONS = frozenset(action for _, action in ACTIONS.values()) - {"getLogs", "listNodes"}

QUERY_NAMES: Mapping[str, str] = MappingProxyType({"expand": "$expand", "filter": "$filter", "top": "$top"})
"""OData options lose their dollar sign in the SDK."""
