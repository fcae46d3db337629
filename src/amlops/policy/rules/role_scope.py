"""Rule: roles are granted on a resource or a group, never on a whole subscription.

Why: what is granted on the subscription counts for everything that will ever be in it.
Source: Microsoft cloud security benchmark PA-7 (least privilege); role-based-access-control scope-overview.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_WIDE = re.compile(r"/subscriptions/[^/]+/?|/providers/Microsoft\.Management/managementGroups/[^/]+/?|/", re.IGNORECASE)


class RoleScope(Rule):
    id = "role-scope"
    kinds = ("authorization:RoleAssignment",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        scope = resource.text("scope")
        if _WIDE.fullmatch(scope):
            yield from invalid("scope", scope, "a resource or a resource group is meant", "grant it there")
