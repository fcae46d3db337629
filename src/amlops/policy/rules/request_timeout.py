"""Rule: no request may take longer than Azure lets it.

Why: Azure refuses the deployment when it is applied, which is late to hear of it.
Source: reference-yaml-deployment-managed-online (180 s; prompt flow 300 s, Kubernetes 300 s).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..durations import seconds
from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

LONGEST, LONGEST_OF_OTHERS = 180, 300


class RequestTimeout(Rule):
    id = "request-timeout"
    kinds = ("machinelearningservices:OnlineDeployment",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = "properties.requestSettings.requestTimeout"
        value = resource.get(path)
        kubernetes = "Kubernetes" in (resource.text("kind"), resource.text("properties.endpointComputeType"))
        flow = "PROMPTFLOW_RUN_MODE" in resource.map("properties.environmentVariables")
        limit = LONGEST_OF_OTHERS if kubernetes or flow else LONGEST
        asked = seconds(str(value))
        if asked is not None and asked > limit:
            todo = "lower request_timeout_ms in the deployment's file"
            yield from invalid(path, value, f"it should be at most PT{limit}S", todo)
