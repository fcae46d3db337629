"""Rule: what an environment costs is watched by a budget, and somebody is told.

Why: without one the first to notice a mistake is whoever gets the bill, a month later.
Source: cost-management tutorial-acm-create-budgets; `platform.budget` of the environment's file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..resource import Resource
from ..rule import Declared, Rule, Violation, missing


class BudgetMissing(Rule):
    id = "budget-missing"
    kinds = ("machinelearningservices:Workspace", "consumption:Budget")

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        if resource.kind == "machinelearningservices:Workspace":
            if not any(True for _ in declared.of("consumption:Budget")):
                yield from missing("a budget", "each platform has one", f"declare platform.budget of {declared.file}")
            return
        if not any(_tells(notification) for notification in resource.map("notifications").values()):
            allowed = "at least one that is enabled and names an address, a role or an action group"
            yield from missing("a notification", allowed, "add it")


def _tells(notification: object) -> bool:
    if not isinstance(notification, Mapping) or notification.get("enabled") is not True:
        return False
    return any(notification.get(key) for key in ("contactEmails", "contactRoles", "contactGroups"))
