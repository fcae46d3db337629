"""The `identity` block of a resource: what a caller asks for, and the principals that Azure puts into it.

Source: ARM RPC, "Managed identities": `principalId` and `tenantId` belong to the service; a user-assigned identity is
named by its resource id and must exist.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..store import Body, Store
from . import linked_access
from .errors import bad_request
from .ids import ArmId

if TYPE_CHECKING:
    from ..types.base import Call

NONE, SYSTEM, USER = "None", "SystemAssigned", "UserAssigned"
_ASSIGN = "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action"


def of(call: Call, *, default: str | None = None) -> Body:
    """The call's body with its `identity` filled in. Raises ArmError 400.

    Where none is asked for, the body has none, or the kind that the type gives by `default`.
    """
    asked = call.body.get("identity") or ({"type": default} if default else None)
    if not isinstance(asked, dict):
        return {key: value for key, value in call.body.items() if key != "identity"}
    kinds = {kind.strip().lower() for kind in str(asked.get("type", NONE)).split(",")}
    before = (call.existing.body.get("identity") or {}) if call.existing else {}
    filled: Body = {"type": asked.get("type", NONE)}
    if SYSTEM.lower() in kinds:
        filled["principalId"] = before.get("principalId") or str(uuid.uuid4())
        filled["tenantId"] = call.cloud.settings.tenant_id
    named = {name: given for name, given in (asked.get("userAssignedIdentities") or {}).items() if given is not None}
    if USER.lower() in kinds:
        if not named:
            raise bad_request(
                "InvalidIdentityValues",
                "The identity type contains 'UserAssigned', so 'userAssignedIdentities' must name at least one.",
                target="identity.userAssignedIdentities",
            )
        _require_assign(call, named, {ArmId(name).key for name in before.get("userAssignedIdentities") or ()})
        filled["userAssignedIdentities"] = {name: _principal(call.cloud.store, name) for name in named}
    elif named:
        raise bad_request(
            "InvalidIdentityValues",
            f"'userAssignedIdentities' is set, but the identity type is '{filled['type']}'; add 'UserAssigned'.",
            target="identity.type",
        )
    return {**call.body, "identity": filled}


def _require_assign(call: Call, named: Iterable[str], before: set[str]) -> None:
    """Whoever names an identity must be allowed to give it away. Raises ArmError 403.

    A PATCH may leave those alone that are there already: it need not have named them. Source: ARM RPC, "Linked access
    checks".
    """
    for name in named:
        at = ArmId(name)
        if call.method == "PATCH" and at.key in before:
            continue
        linked_access.require(call, _ASSIGN, at)


def _principal(store: Store, name: str) -> Body:
    found = store.get(ArmId(name))
    if found is None or found.type.lower() != "microsoft.managedidentity/userassignedidentities":
        raise bad_request(
            "FailedIdentityOperation",
            f"Identity operation failed: the user-assigned identity '{name}' was not found.",
            target="identity.userAssignedIdentities",
        )
    return {"principalId": found.properties["principalId"], "clientId": found.properties["clientId"]}
