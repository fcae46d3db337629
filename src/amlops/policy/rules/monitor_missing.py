"""Rule: a monitor looks at what a deployment collects.

Why: data that is collected and never looked at warns nobody.
Source: how-to-monitor-model-performance (a schedule with the action CreateMonitor).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, missing


class MonitorMissing(Rule):
    id = "monitor-missing"
    kinds = ("machinelearningservices:OnlineEndpoint",)
    severity = "warning"

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        for schedule in declared.of("machinelearningservices:Schedule"):
            if schedule.get("properties.action.actionType") == "CreateMonitor":
                return
        allowed = "a schedule that creates a monitor is in the endpoint's stack"
        yield from missing("a monitor", allowed, "declare one")
