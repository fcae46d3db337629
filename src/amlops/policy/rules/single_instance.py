"""Rule: a deployment survives the loss of an instance.

Why: with one instance every node that Azure replaces, and every update in place, is an outage.
Source: reference-yaml-deployment-managed-online (`instance_count` and availability); policy.yaml (`least_instances`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class SingleInstance(Rule):
    id = "single-instance"
    kinds = ("machinelearningservices:OnlineDeployment",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        value, least = resource.number("sku.capacity"), declared.settings.least_instances
        # Azure's default is one
        if (value or 1) < least:
            todo = f"set platform.serving.least_instances in {declared.file}, or instance_count"
            shown = None if value is None else int(value)
            yield from invalid("sku.capacity", shown, f"it should be at least {least}", todo)
