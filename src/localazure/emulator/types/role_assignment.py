"""Role assignments: a principal, a built-in role, a scope; enforced by `Access`. Immutable once made."""

from __future__ import annotations

from dataclasses import replace

from ..access import ASSIGNMENT
from ..arm.errors import ArmError, bad_request
from ..roles import BUILT_IN
from ..store import Resource
from .base import Call, ResourceType


class RoleAssignment(ResourceType):
    type = ASSIGNMENT
    immutable = ("properties.principalId", "properties.roleDefinitionId")

    def admit(self, call: Call) -> None:
        asked = call.body["properties"]
        role = str(asked["roleDefinitionId"]).rsplit("/", 1)[-1].lower()
        if role not in BUILT_IN:
            raise ArmError(
                404, "RoleDefinitionDoesNotExist", f"The specified role definition with ID '{role}' does not exist."
            )
        scope = call.id.scope
        at = call.cloud.store.get(scope)
        is_subscription = scope.lower() == f"/subscriptions/{call.cloud.settings.subscription_id}"
        if at is None and not is_subscription and "/" in scope.strip("/"):
            raise ArmError(404, "ResourceNotFound", f"The scope '{scope}' was not found.", target=scope)
        for other in call.cloud.store.of_type(ASSIGNMENT):
            same = (
                other.id.key != call.id.key
                and other.id.scope.lower() == scope.lower()
                and str(other.properties["principalId"]).lower() == str(asked["principalId"]).lower()
                and str(other.properties["roleDefinitionId"]).rsplit("/", 1)[-1].lower() == role
            )
            if same:
                raise ArmError(409, "RoleAssignmentExists", "The role assignment already exists.", target=other.id.name)
        if not asked["principalId"]:
            raise bad_request("InvalidPrincipalId", "A principal is required.", target="properties.principalId")

    def compose(self, call: Call) -> Resource:
        """The scope is the path's. It is effective some time after it is made."""
        resource = super().compose(call)
        secret = call.existing.secret if call.existing else {"effectiveAt": call.cloud.access.effective_from()}
        return replace(resource.with_properties(scope=call.id.scope), secret=dict(secret))
