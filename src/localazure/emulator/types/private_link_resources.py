"""`privateLinkResources` of a resource: what of it a private endpoint can lead to."""

from __future__ import annotations

from typing import Any

from ..arm.errors import not_found
from ..arm.ids import ArmId
from ..private_link import groups
from ..store import Body
from .base import Call, Reply


async def list_resources(call: Call) -> Reply:
    """Its groups. Raises ArmError 404."""
    if call.existing is None:
        raise not_found(call.id.text)
    return Reply(200, {"value": [_described(call.id, group) for group in groups(call.id)]})


def _described(target: ArmId, group: str) -> Body:
    at = target.child("privateLinkResources", group)
    properties: dict[str, Any] = {"groupId": group, "requiredMembers": [group], "requiredZoneNames": []}
    return {"id": at.text, "name": group, "type": at.type, "properties": properties}
