"""What a request names beside its own resource must be open to its caller too.

Source: ARM RPC, "Linked access checks".
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .errors import ArmError
from .ids import ArmId

if TYPE_CHECKING:
    from ..types.base import Call


def require(call: Call, action: str, scope: ArmId) -> None:
    """Raises ArmError 403 `LinkedAuthorizationFailed`, with ARM's own words."""
    if call.cloud.access.allowed(call.principal, action, scope):
        return
    who = call.principal.object_id
    raise ArmError(
        403,
        "LinkedAuthorizationFailed",
        f"The client '{who}' with object id '{who}' has permission to perform action '{call.id.type}/write' on "
        f"scope '{call.id}'; however, it does not have permission to perform action(s) '{action}' on the "
        f"linked scope(s) '{scope}' (respectively) or the linked scope(s) are invalid.",
    )
