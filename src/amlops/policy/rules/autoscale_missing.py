"""Rule: the instances of a deployment follow its load.

Why: a fixed number is too small on the day that matters (429 to callers) and too large on all others.
Source: how-to-autoscale-endpoints (`Microsoft.Insights/autoscaleSettings` on the deployment).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import UNKNOWN, Resource
from ..rule import Declared, Rule, Violation, missing


class AutoscaleMissing(Rule):
    id = "autoscale-missing"
    kinds = ("machinelearningservices:OnlineDeployment",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        wanted = f"/deployments/{resource.text('deploymentName')}".lower()
        for setting in declared.of("monitor:AutoscaleSetting"):
            target = setting.text("targetResourceUri")
            # a name that is known later only can't be told from others yet
            if setting.get("enabled") is True and (target == UNKNOWN or target.lower().endswith(wanted)):
                return
        todo = f"set platform.serving.autoscale in {declared.file}"
        yield from missing("an autoscale setting", "it is enabled and names this deployment", todo)
