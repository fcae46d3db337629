"""What a deployment's body asks for, read once: what is run, how it is probed, how many requests it takes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..arm.errors import bad_request
from ..arm.ids import ArmId
from ..durations import required_seconds
from ..store import Body

_UNSERVED = ("dataCollector", "appInsightsEnabled")


@dataclass(frozen=True, slots=True)
class Probe:
    """Times in seconds. Source of the defaults: CLI v2 reference, managed online deployment, ProbeSettings."""

    delay: float
    period: float
    timeout: float
    successes: int
    failures: int

    @property
    def patience(self) -> float:
        """How long a container may take until its first answer."""
        return self.delay + self.period * self.failures


@dataclass(frozen=True, slots=True)
class Spec:
    """One deployment. Two with the same `content` are served by the same processes."""

    id: ArmId
    code: str
    script: str
    environment: str
    model: str | None
    variables: Mapping[str, str]
    workers: int
    capacity: int
    concurrency: int  # requests at once per instance
    timeout: float  # seconds for one request
    startup: Probe | None
    readiness: Probe
    liveness: Probe
    without: tuple[str, ...]  # what is set and does nothing here
    content: str

    @property
    def workspace(self) -> ArmId:
        endpoint = self.id.parent
        assert endpoint is not None and endpoint.parent is not None
        return endpoint.parent

    @property
    def patience(self) -> float:
        """Seconds that a container may take until it is ready."""
        return (self.startup.patience if self.startup else 0.0) + self.readiness.patience

    @property
    def pending(self) -> int:
        """Requests at once before one is answered 429. Source: how-to-troubleshoot-online-endpoints."""
        return 2 * self.concurrency * self.capacity


def read(resource_id: ArmId, body: Body) -> Spec:
    """Raises ArmError 400 for what the local Azure can't serve, or that is no value."""
    properties = body["properties"]
    code = properties.get("codeConfiguration") or {}
    if not code.get("codeId") or not code.get("scoringScript"):
        raise bad_request(
            "BadArgument",
            "The deployment has no codeConfiguration with codeId and scoringScript. The local Azure serves scoring "
            "scripts; custom containers and MLflow models without a script run in the cloud only.",
            target="properties.codeConfiguration",
        )
    if not properties.get("environmentId"):
        raise bad_request("BadArgument", "The deployment has no environmentId.", target="properties.environmentId")
    variables = {str(k): str(v) for k, v in (properties.get("environmentVariables") or {}).items()}
    for name, value in variables.items():
        if value.startswith("${{"):
            raise bad_request(
                "SecretsInjectionError",
                f"The environment variable '{name}' refers to a secret; the local Azure can't inject secrets.",
                target=f"properties.environmentVariables.{name}",
            )
    requests = properties.get("requestSettings") or {}
    capacity = int((body.get("sku") or {}).get("capacity") or 1)
    workers = _workers(variables, capacity)
    what = (
        code["codeId"],
        code["scoringScript"],
        properties["environmentId"],
        properties.get("model"),
        variables,
        workers,
    )
    return Spec(
        id=resource_id,
        code=code["codeId"],
        script=code["scoringScript"],
        environment=properties["environmentId"],
        model=properties.get("model"),
        variables=variables,
        workers=workers,
        capacity=capacity,
        concurrency=int(requests.get("maxConcurrentRequestsPerInstance") or 1),
        timeout=required_seconds(requests.get("requestTimeout") or "PT5S", "properties.requestSettings.requestTimeout"),
        startup=_probe(properties["startupProbe"], "startupProbe") if properties.get("startupProbe") else None,
        readiness=_probe(properties.get("readinessProbe") or {}, "readinessProbe"),
        liveness=_probe(properties.get("livenessProbe") or {}, "livenessProbe"),
        without=tuple(name for name in _UNSERVED if properties.get(name)),
        content=hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:16],
    )


def _workers(variables: Mapping[str, str], capacity: int) -> int:
    """An instance is WORKER_COUNT workers, in one server. More workers than the machine has cores would only swap,
    so further instances add to what is admitted and not to what runs."""
    each = variables.get("WORKER_COUNT", "1")
    if not each.isdigit() or int(each) < 1:
        raise bad_request(
            "BadArgument",
            f"WORKER_COUNT is '{each}'; it must be a number above 0.",
            target="properties.environmentVariables.WORKER_COUNT",
        )
    return max(int(each), min(int(each) * capacity, os.cpu_count() or 1))


def _probe(settings: Mapping[str, Any], name: str) -> Probe:
    def time(key: str, default: str) -> float:
        return required_seconds(settings.get(key) or default, f"properties.{name}.{key}")

    return Probe(
        time("initialDelay", "PT10S"),
        time("period", "PT10S"),
        time("timeout", "PT2S"),
        int(settings.get("successThreshold") or 1),
        int(settings.get("failureThreshold") or 30),
    )
