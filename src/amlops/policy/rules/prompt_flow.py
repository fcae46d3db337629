"""Rule: nothing new is built on prompt flow.

Why: its development ended on 2026-04-20 and Microsoft retires it on 2027-04-20; then these deployments stop.
Source: concept-prompt-flow-retirement.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation

_MARKS = ("PROMPTFLOW_RUN_MODE", "PRT_CONFIG_OVERRIDE", "PROMPTFLOW_SERVING_ENGINE")


class PromptFlow(Rule):
    id = "prompt-flow"
    kinds = ("machinelearningservices:OnlineDeployment",)
    severity = "warning"

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        found = sorted(set(_MARKS) & set(resource.map("properties.environmentVariables")))
        if found:
            yield Violation(
                f"{found[0]} marks a prompt flow; Microsoft retires it on 2027-04-20; serve the same by own code"
            )
