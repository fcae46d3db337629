"""Rule: roles are granted to groups and to workloads, not to persons.

Why: a person changes teams and the grant stays; a group is emptied where people are managed.
Source: role-based-access-control best-practices (assign roles to groups).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class RoleToPerson(Rule):
    id = "role-to-person"
    kinds = ("authorization:RoleAssignment",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        value = resource.get("principalType")
        if value not in ("Group", "ServicePrincipal"):
            allowed = "available values are Group, ServicePrincipal"
            yield from invalid("principalType", value, allowed, "grant it to the person's team")
