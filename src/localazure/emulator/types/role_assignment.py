"""Role assignments: a principal, a built-in role, a scope; enforced by `Access`. Immutable once made."""

from __future__ import annotations

import re
from dataclasses import replace

from ..access import ASSIGNMENT
from ..arm.errors import ArmError, bad_request
from ..arm.ids import ArmId
from ..roles import BUILT_IN
from ..store import Body, Resource
from .base import Call, ResourceType

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class RoleAssignment(ResourceType):
    type = ASSIGNMENT
    immutable = ("properties.principalId", "properties.roleDefinitionId")

    def admit(self, call: Call) -> None:
        asked = call.body["properties"]
        if _UUID.fullmatch(call.id.name) is None:
            what = f"The role assignment ID '{call.id.name}' is not valid. The role assignment ID must be a GUID."
            raise bad_request("InvalidRoleAssignmentId", what, target="name")
        role = str(asked["roleDefinitionId"]).rsplit("/", 1)[-1].lower()
        if role not in BUILT_IN:
            raise ArmError(
                404, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{role}' does not exist."
            )
        _admit_scope(call, ArmId(call.id.scope))
        _admit_principal(call, asked)
        if asked.get("condition"):
            why = "conditions of role assignments are not evaluated here, and must not seem to be; leave it out"
            raise ArmError(501, "NotImplemented", f"The local Azure: {why}.", target="properties.condition")
        if any(
            _same(other, call.id, str(asked["principalId"]), role) for other in call.cloud.store.of_type(ASSIGNMENT)
        ):
            raise ArmError(409, "RoleAssignmentExists", "The role assignment already exists.", target=call.id.name)

    def compose(self, call: Call) -> Resource:
        """The scope is the path's. It is effective some time after it is made."""
        resource = super().compose(call)
        secret = call.existing.secret if call.existing else {"effectiveAt": call.cloud.access.effective_from()}
        return replace(resource.with_properties(scope=call.id.scope), secret=dict(secret))


def _admit_scope(call: Call, scope: ArmId) -> None:
    """A resource may be given roles before it exists, but not in a resource group that isn't there."""
    group = scope.resource_group
    if (
        group is not None
        and call.cloud.store.get(f"/subscriptions/{scope.subscription}/resourceGroups/{group}") is None
    ):
        raise ArmError(404, "ResourceGroupNotFound", f"Resource group '{group}' could not be found.", target=scope.text)


def _admit_principal(call: Call, asked: Body) -> None:
    """Who is known here is a service principal: another type is refused, as Azure does. Groups are known to nobody."""
    if not asked["principalId"]:
        raise bad_request("InvalidPrincipalId", "A principal is required.", target="properties.principalId")
    kind = asked.get("principalType")
    if kind not in (None, "ServicePrincipal") and call.cloud.identity.is_service_principal(str(asked["principalId"])):
        raise bad_request(
            "UnmatchedPrincipalType",
            f"The PrincipalId '{asked['principalId']}' has type 'ServicePrincipal', which is different from specified "
            f"PrincipalType '{kind}'.",
            target="properties.principalType",
        )


def _same(other: Resource, mine: ArmId, principal: str, role: str) -> bool:
    what = other.properties
    return (
        other.id.key != mine.key
        and other.id.scope.lower() == mine.scope.lower()
        and str(what["principalId"]).lower() == principal.lower()
        and str(what["roleDefinitionId"]).rsplit("/", 1)[-1].lower() == role
    )
