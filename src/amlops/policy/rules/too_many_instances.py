"""Rule: no deployment asks, or may grow, beyond what Azure and the environment allow.

Why: Azure refuses it in the middle of a rollout, or it takes the quota that a second release needs beside the first.
Source: how-to-manage-quotas (50 instances a deployment); `platform.limits` of the environment's file.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

AZURES = 50


class TooManyInstances(Rule):
    id = "too-many-instances"
    kinds = ("machinelearningservices:OnlineDeployment", "monitor:AutoscaleSetting")

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        platform = declared.environment.settings.platform
        limit = min(AZURES, platform.limits.instances_per_deployment) if platform else AZURES
        for path, value in _asked(resource):
            if value > limit:
                todo = f"lower it, or raise platform.limits.instances_per_deployment in {declared.file}"
                yield from invalid(path, int(value), f"it should be at most {limit}", todo)


def _asked(resource: Resource) -> Iterator[tuple[str, float]]:
    if resource.kind == "machinelearningservices:OnlineDeployment":
        yield "sku.capacity", resource.number("sku.capacity") or 0
        return
    for at, profile in enumerate(resource.get("profiles") or ()):
        capacity = profile.get("capacity") if isinstance(profile, Mapping) else None
        most = str(capacity.get("maximum")) if isinstance(capacity, Mapping) else ""
        if most.isdigit():
            yield f"profiles[{at}].capacity.maximum", float(most)
