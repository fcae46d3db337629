"""Role definitions: Azure's own, read only. A custom role is refused, never kept without effect."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..arm.errors import ArmError, bad_request
from ..roles import BUILT_IN, Role
from .base import Action, Call, Reply, ResourceType

_FILTER = re.compile(r"(roleName|type) eq '((?:[^']|'')*)'|atScope\(\)", re.IGNORECASE)


class RoleDefinition(ResourceType):
    type = "Microsoft.Authorization/roleDefinitions"
    refused = ("PUT", "DELETE")

    def actions(self) -> Mapping[str, Action]:
        return {"GET": _get}


async def _get(call: Call) -> Reply:
    """One by its id, or the list by `$filter`."""
    asked = call.params.get("roleDefinitionId")
    if asked is not None:
        role = BUILT_IN.get(asked.lower())
        if role is None:
            raise ArmError(
                404, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{asked}' does not exist."
            )
        return Reply(200, _view(call, role))
    conditions = _conditions(next((value for key, value in call.query.items() if key.lower() == "$filter"), ""))
    names, kinds = conditions.get("rolename"), conditions.get("type", "BuiltInRole")
    found = [
        role
        for role in BUILT_IN.values()
        if kinds == "BuiltInRole" and (names is None or role.name.lower() == names.lower())
    ]
    return Reply(200, {"value": [_view(call, role) for role in found]})


def _conditions(text: str) -> dict[str, str]:
    """`roleName eq 'X' and type eq 'BuiltInRole'` as a map. Raises ArmError 400 for what it can't read."""
    parts = [part.strip() for part in re.split(r"\band\b(?=(?:[^']*'[^']*')*[^']*$)", text) if part.strip()]
    matched = [_FILTER.fullmatch(part) for part in parts]
    if None in matched:
        raise bad_request(
            "BadRequestFormat",
            f"The filter '{text}' is not understood; use roleName eq 'X' or type eq 'X'.",
            target="$filter",
        )
    return {found[1].lower(): found[2].replace("''", "'") for found in matched if found is not None and found[1]}


def _view(call: Call, role: Role) -> dict[str, Any]:
    """As the service answers it. The id is the one that role assignments use, below the subscription that was asked."""
    subscription = f"/subscriptions/{call.id.subscription}" if call.id.subscription else ""
    permission = {
        "actions": list(role.actions),
        "notActions": list(role.not_actions),
        "dataActions": list(role.data_actions),
        "notDataActions": list(role.not_data_actions),
    }
    return {
        "id": f"{subscription}/providers/Microsoft.Authorization/roleDefinitions/{role.id}",
        "name": role.id,
        "type": "Microsoft.Authorization/roleDefinitions",
        "properties": {
            "roleName": role.name,
            "type": "BuiltInRole",
            "description": "",
            "assignableScopes": ["/"],
            "permissions": [permission],
        },
    }
