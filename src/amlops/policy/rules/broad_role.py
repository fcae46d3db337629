"""Rule: nobody gets a role by which he could give himself any other.

Why: Owner, User Access Administrator and Role Based Access Control Administrator turn one stolen identity into the
whole subscription. With a condition that names the roles that may be given, they are let pass.
Source: built-in-roles; delegate-role-assignments-overview (conditions).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_BROAD = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "Role Based Access Control Administrator",
}


class BroadRole(Rule):
    id = "broad-role"
    kinds = ("authorization:RoleAssignment",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        role = _BROAD.get(resource.text("roleDefinitionId").rpartition("/")[2].lower())
        if role is not None and not resource.get("condition"):
            todo = "grant what is needed, or add a condition that names the roles that may be given"
            yield from invalid("roleDefinitionId", role, "a role that can't grant roles is meant", todo)
