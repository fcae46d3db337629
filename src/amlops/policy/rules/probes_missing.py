"""Rule: Azure can tell whether an instance is alive and ready.

Why: without a readiness probe of its own, requests reach an instance whose model is still loading.
Source: reference-yaml-deployment-managed-online (liveness_probe, readiness_probe).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, missing


class ProbesMissing(Rule):
    id = "probes-missing"
    kinds = ("machinelearningservices:OnlineDeployment",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        for key, written in (("livenessProbe", "liveness_probe"), ("readinessProbe", "readiness_probe")):
            if not resource.map(f"properties.{key}"):
                todo = f"add {written} to the deployment's file"
                yield from missing(f"properties.{key}", "it fits how long the model loads", todo)
