"""Rule: a workspace speaks the interface that is alive.

Why: v1 legacy mode keeps calls off Azure Resource Manager; CLI v1 ended on 2025-09-30 and the SDK v1 on 2026-06-30.
Source: how-to-configure-network-isolation-with-v2.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class V1LegacyMode(Rule):
    id = "v1-legacy-mode"
    kinds = ("machinelearningservices:Workspace",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        if resource.get("v1LegacyMode") is True:
            yield from invalid("v1LegacyMode", True, "it should be false", "remove it")
