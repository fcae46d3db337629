"""Access policies of a vault: added, replaced or removed one caller at a time."""

from __future__ import annotations

from typing import Any

from ..arm.errors import bad_request, not_found
from ..arm.ids import ArmId
from ..store import Resource
from .base import Action, Call, Reply, ResourceType


class KeyVaultAccessPolicy(ResourceType):
    type = "Microsoft.KeyVault/vaults/accessPolicies"

    def actions(self) -> dict[str, Action]:
        return {"PUT": _change}


async def _change(call: Call) -> Reply:
    """`add` merges permissions, `replace` sets them, `remove` takes the named entries away."""
    vault_id = call.id.parent
    vault = call.cloud.store.get(vault_id) if vault_id else None
    if vault is None:
        raise not_found(str(vault_id))
    kind = call.id.name.lower()
    if kind not in ("add", "replace", "remove"):
        raise bad_request("BadRequest", f"'{call.id.name}' is no operation; use add, replace or remove.")
    policies = {_who(entry): entry for entry in vault.properties.get("accessPolicies") or []}
    for entry in (call.body.get("properties") or {}).get("accessPolicies") or []:
        if kind == "remove":
            policies.pop(_who(entry), None)
        elif kind == "add" and _who(entry) in policies:
            policies[_who(entry)] = _merged(policies[_who(entry)], entry)
        else:
            policies[_who(entry)] = entry
    stored: Resource = call.cloud.store.put(vault.with_properties(accessPolicies=list(policies.values())))
    answer = {"id": f"{ArmId(vault.id.text)}/accessPolicies/", "type": "Microsoft.KeyVault/vaults/accessPolicies"}
    return Reply(200, {**answer, "properties": {"accessPolicies": stored.properties["accessPolicies"]}})


def _who(entry: dict[str, Any]) -> tuple[str, str]:
    return str(entry.get("objectId", "")).lower(), str(entry.get("applicationId", "")).lower()


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    before, after = old.get("permissions") or {}, new.get("permissions") or {}
    both = {area: sorted({*(before.get(area) or ()), *(after.get(area) or ())}) for area in {*before, *after}}
    return {**old, "permissions": both}
