"""How a candidate takes over an endpoint's traffic: the part `rollout` of `about.yaml`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from .closed import Closed
from .fields import Key

TAG_PREFIX = "rollout"
"""Opens the names of tags that a rollout writes onto endpoints and their deployments: it owns them, like traffic."""

Steps = Annotated[tuple[Annotated[int, Field(ge=1, le=100)], ...], Field(strict=False, min_length=1)]
Mirror = Annotated[int, Field(ge=0, le=50)]
Requests = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Minutes = Annotated[int, Field(ge=0, le=10_080)]
OnTimeout = Literal["wait", "reject"]
Counts = Literal["logs", "metrics"]


class Latency(Closed):
    """How slow the candidate may be: the mean of each minute's 95th percentile, weighted by requests."""

    ratio: Annotated[float, Field(ge=1)] = 1.5
    """Times as slow as the old deployment."""
    slack_ms: Annotated[float, Field(ge=0)] = 50
    """Milliseconds by which it may be slower whatever the ratio says; keeps models of few milliseconds from noise."""
    p95_ms: Annotated[float, Field(gt=0)] | None = None
    """Milliseconds that it may take in any case; absent where only the old deployment counts."""


class OwnMetric(Closed):
    """A metric that the model's code sends to Azure Monitor for its endpoint, with the dimension `deployment`."""

    name: Annotated[str, Field(min_length=1)]
    """Its name."""
    namespace: Annotated[str, Field(min_length=1)]
    """Its namespace."""
    at_least: float | None = None
    """Its mean may not be less."""
    at_most: float | None = None
    """Its mean may not be more."""
    change: Annotated[float, Field(gt=0)] | None = None
    """Share by which its mean may differ from the old deployment's, either way."""


class RolloutChanges(Closed):
    """What differs in one environment; what is absent is as everywhere."""

    steps: Steps | None = None
    """As `rollout.steps`."""
    mirror: Mirror | None = None
    """As `rollout.mirror`."""
    minimum_requests: Requests | None = None
    """As `rollout.minimum_requests`."""
    error_rate: Share | None = None
    """As `rollout.error_rate`."""
    latency: Latency | None = None
    """In place of the whole of `rollout.latency`."""
    metric: OwnMetric | None = None
    """In place of the whole of `rollout.metric`."""
    bake: Minutes | None = None
    """As `rollout.bake`."""
    counts: Counts | None = None
    """As `rollout.counts`."""
    metrics_late: Minutes | None = None
    """As `rollout.metrics_late`."""
    timeout: Annotated[int, Field(ge=1)] | None = None
    """As `rollout.timeout`."""
    on_timeout: OnTimeout | None = None
    """As `rollout.on_timeout`."""


class Rollout(Closed):
    """How a candidate takes over the traffic."""

    steps: Steps = (10, 50, 100)
    """Percent of the traffic that the candidate gets, step by step; rises and ends with 100."""
    mirror: Mirror = 0
    """Percent of the traffic that is copied to the candidate before the first step; Azure's limit is 50."""
    minimum_requests: Requests = 50
    """Requests that a candidate needs in a step to be judged. With 0 and `bake: 0` the smoke test alone decides."""
    error_rate: Share = 0.01
    """Share of the candidate's requests that may fail beyond the old deployment's share: 408, 424, 429 and 5xx."""
    latency: Latency = Latency()
    """How slow it may be."""
    metric: OwnMetric | None = None
    """A metric of the model's own that must hold too."""
    bake: Minutes = 5
    """Minutes that each step lasts at least."""
    counts: Counts | None = None
    """`logs` counts each request in Log Analytics, `metrics` takes RequestsPerMinute; absent: by `resource_logs`."""
    metrics_late: Minutes = 5
    """Minutes after which a minute's metrics and logs are complete in Azure Monitor; younger ones are not judged."""
    timeout: Annotated[int, Field(ge=1)] | None = None
    """Minutes after which a step that nothing could be said about (too few requests) ends by `on_timeout`."""
    on_timeout: OnTimeout = "wait"
    """`wait` goes on waiting for requests, `reject` gives the traffic back to the old deployment."""
    environments: dict[Key, RolloutChanges] = Field(default_factory=dict)
    """What differs in an environment, by its name."""

    def of(self, environment: str) -> Rollout:
        """The settings that count in an environment."""
        changes = self.environments.get(environment)
        found = {} if changes is None else {name: getattr(changes, name) for name in changes.model_fields_set}
        kept = {name: value for name, value in found.items() if value is not None}
        return self.model_copy(update={**kept, "environments": {}})
