"""The tenant: there is one."""

from __future__ import annotations

from collections.abc import Mapping

from .base import Action, Call, Reply, ResourceType


class Tenant(ResourceType):
    type = "Microsoft.Resources/tenants"

    def actions(self) -> Mapping[str, Action]:
        return {"GET": _list}


async def _list(call: Call) -> Reply:
    tenant = call.cloud.settings.tenant_id
    shown = {"id": f"/tenants/{tenant}", "tenantId": tenant, "displayName": "Local Azure", "tenantCategory": "Home"}
    return Reply(200, {"value": [shown]})
