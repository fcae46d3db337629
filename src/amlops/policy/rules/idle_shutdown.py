"""Rule: compute without work is given back soon.

Why: a forgotten instance costs day and night; it is the commonest line in a bill that nobody can explain.
Source: Azure Policy 679ddf89-ab8f-48a5-9029-e76054077449; policy.yaml (`idle_seconds`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..durations import seconds
from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_PATHS = {
    "AmlCompute": "properties.properties.scaleSettings.nodeIdleTimeBeforeScaleDown",
    "ComputeInstance": "properties.properties.idleTimeBeforeShutdown",
}


class IdleShutdown(Rule):
    id = "idle-shutdown"
    kinds = ("machinelearningservices:Compute",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = _PATHS.get(resource.text("properties.computeType"))
        if path is None:
            return
        value, limit = resource.get(path), declared.settings.idle_seconds
        idle = seconds(str(value))
        if idle is None or idle > limit:
            todo = f"set idle_seconds of the compute in {declared.file}"
            yield from invalid(path, value, f"it should be at most PT{limit}S", todo)
