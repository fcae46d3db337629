"""The table AmlOnlineEndpointTrafficLog: a row for each request to the online endpoints of workspaces that send it.

Source: Azure Monitor reference, tables/AmlOnlineEndpointTrafficLog. A mirrored copy has no row: no client asked for it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from ..arm.ids import ArmId
from ..scoring import names
from ..scoring.requests import Served
from ..store import Resource
from . import lateness
from .kql import Table

if TYPE_CHECKING:
    from ..cloud import Cloud

NAME = "AmlOnlineEndpointTrafficLog"
SETTING = "Microsoft.Insights/diagnosticSettings"
COLUMNS = {
    "TimeGenerated": "datetime",
    "OperationName": "string",
    "Location": "string",
    "AzureMLWorkspaceId": "string",
    "AzureMLWorkspaceName": "string",
    "EndpointName": "string",
    "DeploymentName": "string",
    "AuthType": "string",
    "Method": "string",
    "Path": "string",
    "Protocol": "string",
    "ResponseCode": "int",
    "ResponseCodeReason": "string",
    "ModelStatusCode": "int",
    "ModelStatusReason": "string",
    "RequestPayloadSize": "int",
    "ResponsePayloadSize": "int",
    "UserAgent": "string",
    "XRequestId": "string",
    "XMSClientRequestId": "string",
    "TotalDurationMs": "int",
    "Type": "string",
    "_ResourceId": "string",
    "_SubscriptionId": "string",
    "TenantId": "string",
}


def table(cloud: Cloud, logs: Resource) -> Table:
    """What a Log Analytics workspace has of it by now."""
    rows = []
    for workspace, since in _sources(cloud, logs.id):
        for endpoint in cloud.store.children(workspace.id, names.ENDPOINT):
            until = lateness.known_until(cloud.store, cloud.clock, "logsLateSeconds")
            for served in cloud.scoring.requests.of(endpoint.id.key, since, until):
                if not served.mirrored:
                    rows.append(_row(workspace, endpoint, logs, served))
    rows.sort(key=lambda row: row["TimeGenerated"])
    return Table(COLUMNS, rows)


def _sources(cloud: Cloud, logs: ArmId) -> list[tuple[Resource, float]]:
    """The ML workspaces whose diagnostic settings send the table there, and since when."""
    found = []
    for setting in cloud.store.of_type(SETTING):
        wanted = [
            entry
            for entry in setting.properties.get("logs") or []
            if entry.get("enabled") and (entry.get("category") == NAME or entry.get("categoryGroup") == "allLogs")
        ]
        workspace = cloud.store.get(setting.id.scope)
        there = ArmId(str(setting.properties.get("workspaceId") or "")).key
        if wanted and workspace is not None and there == logs.key:
            found.append((workspace, float(setting.secret["since"])))
    return found


def _row(workspace: Resource, endpoint: Resource, logs: Resource, served: Served) -> dict[str, Any]:
    model = served.model_status
    return {
        "TimeGenerated": datetime.fromtimestamp(served.at, UTC),
        "OperationName": "AzureMLOnlineEndpointTrafficLog",
        "Location": str(endpoint.body.get("location", "")),
        "AzureMLWorkspaceId": str(workspace.properties.get("workspaceId", "")),
        "AzureMLWorkspaceName": workspace.id.name,
        "EndpointName": endpoint.id.name,
        "DeploymentName": served.deployment,
        "AuthType": str(endpoint.properties.get("authMode", "")),
        "Method": served.method,
        "Path": served.path,
        "Protocol": "HTTP/1.1",
        "ResponseCode": served.status,
        "ResponseCodeReason": _reason(served.status),
        "ModelStatusCode": model,
        "ModelStatusReason": "" if model is None else _reason(model),
        "RequestPayloadSize": served.received,
        "ResponsePayloadSize": served.sent,
        "UserAgent": served.user_agent,
        "XRequestId": served.request_id,
        "XMSClientRequestId": served.client_request_id,
        "TotalDurationMs": round(served.seconds * 1000),
        "Type": NAME,
        "_ResourceId": workspace.id.key,
        "_SubscriptionId": workspace.id.subscription or "",
        "TenantId": str(logs.properties.get("customerId", "")),
    }


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
