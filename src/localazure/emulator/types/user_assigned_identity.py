"""User-assigned identities: principals that come and go with a resource."""

from __future__ import annotations

import uuid

from ..arm.ids import ArmId
from ..store import Resource
from .base import Call, ResourceType


class UserAssignedIdentity(ResourceType):
    type = "Microsoft.ManagedIdentity/userAssignedIdentities"

    def compose(self, call: Call) -> Resource:
        before = call.existing.properties if call.existing else {}
        properties = {
            "isolationScope": "None",
            **(call.body.get("properties") or {}),
            "tenantId": call.cloud.settings.tenant_id,
            "principalId": before.get("principalId") or str(uuid.uuid4()),
            "clientId": before.get("clientId") or str(uuid.uuid4()),
        }
        return Resource(_as_azure_spells(call.id), {**call.body, "properties": properties})


def _as_azure_spells(resource_id: ArmId) -> ArmId:
    """Real ids of this type say `resourcegroups`, which catches clients that compare ids with their case."""
    return ArmId(resource_id.text.replace("/resourceGroups/", "/resourcegroups/", 1))
