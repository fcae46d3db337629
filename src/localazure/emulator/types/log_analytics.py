"""Operations of the Log Analytics provider that belong to no resource."""

from __future__ import annotations

from collections.abc import Mapping

from .. import soft_delete
from .base import Action, Call, Reply, ResourceType
from .log_analytics_workspace import LogAnalyticsWorkspace


class LogAnalytics(ResourceType):
    type = "Microsoft.OperationalInsights"

    def actions(self) -> Mapping[str, Action]:
        return {"GET deletedWorkspaces": _deleted}


async def _deleted(call: Call) -> Reply:
    """Those that can still be recovered, in the subscription or the resource group of the request."""
    mine = f"/subscriptions/{call.params['subscriptionId'].lower()}/"
    if group := call.params.get("resourceGroupName"):
        mine += f"resourcegroups/{group.lower()}/"
    found = []
    for deleted in soft_delete.of_type(call.cloud, LogAnalyticsWorkspace.type):
        at = deleted.id
        if at.key.startswith(mine):
            found.append({**deleted.resource.body, "id": at.text, "name": at.name, "type": at.type})
    return Reply(200, {"value": found})
