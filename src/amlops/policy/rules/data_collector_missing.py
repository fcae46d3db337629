"""Rule: what a deployment is asked and answers is collected.

Why: without it nobody can see that the data drifted, or what the model said to whom complains.
Source: how-to-collect-production-data (`dataCollector.collections`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..resource import Resource
from ..rule import Declared, Rule, Violation, missing


class DataCollectorMissing(Rule):
    id = "data-collector-missing"
    kinds = ("machinelearningservices:OnlineDeployment",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        collections = resource.map("properties.dataCollector.collections").values()
        if any(isinstance(one, Mapping) and _is_on(one.get("dataCollectionMode")) for one in collections):
            return
        allowed = "at least one collection is enabled"
        yield from missing("properties.dataCollector", allowed, "add data_collector to the deployment's file")


def _is_on(mode: object) -> bool:
    """The API says Enabled, Azure's client enabled."""
    return str(mode).lower() == "enabled"
