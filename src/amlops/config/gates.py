"""What gates are asked: per environment in promotion.yaml (what the company wants), per deployment in about.yaml.

Where both name a limit the stricter one counts. A gate's kind is its key: `metric-not-worse`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from .closed import Closed
from .fields import Key


class MetricNotWorse(Closed):
    """The deployment's metric is no worse than that of the release that runs there, but for its tolerance."""


class MetricFloor(Closed):
    """The deployment's metric keeps its floor, whatever runs there."""


class Fairness(Closed):
    """No group of people gets much worse predictions than another."""

    limit: Annotated[float, Field(ge=1)] = 1.25
    """Largest ratio of the worst group's metric to the best group's."""


class ExplanationPresent(Closed):
    """The evaluation says how much each input counts."""


class Latency(Closed):
    """Requests were answered quickly enough while the release was rolled out in the environment before."""

    p95_ms: Annotated[int, Field(ge=1)]
    """Milliseconds within which 95 of 100 requests are answered."""


class ErrorBudget(Closed):
    """Requests failed rarely enough while the release was rolled out in the environment before."""

    percent: Annotated[float, Field(ge=0, le=100)]
    """Share of requests that may fail."""


class InputSchemaCompatible(Closed):
    """Every request that the running release understands is understood."""


class PolicyClean(Closed):
    """The stack in the environment before was applied without a finding of policy."""

    warnings: bool = True
    """Whether findings that are only warnings are let through."""


class LineageComplete(Closed):
    """Commit, job, data and digests of the release are known, and nothing in it was uncommitted."""


class ModelNotRetired(Closed):
    """No model that the release uses is retired, or will be soon (`retired_models`)."""

    notice_days: Annotated[int, Field(ge=0, le=365)] = 30
    """Days before the retirement from which the release is kept out."""


class EvidenceRun(Closed):
    """What proves the release was written by runs that exist, of workflows of main's code."""


class EnvironmentGates(Closed):
    """Gates on the way into an environment, by their kind. Soak, window and approval follow from its other keys."""

    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-"))

    metric_not_worse: MetricNotWorse | None = None
    metric_floor: MetricFloor | None = None
    fairness: Fairness | None = None
    explanation_present: ExplanationPresent | None = None
    latency: Latency | None = None
    error_budget: ErrorBudget | None = None
    input_schema_compatible: InputSchemaCompatible | None = None
    policy_clean: PolicyClean | None = None
    lineage_complete: LineageComplete | None = None
    model_not_retired: ModelNotRetired | None = None
    evidence_run: EvidenceRun | None = None

    def of(self, kind: str) -> Closed | None:
        """The settings of the gate of this kind, None where the environment does not ask for it."""
        found: Closed | None = getattr(self, kind.replace("-", "_"), None)
        return found


KINDS: tuple[str, ...] = tuple(name.replace("_", "-") for name in EnvironmentGates.model_fields)
"""Every gate that promotion.yaml can ask for."""

GateKind = Literal[
    "approval",
    "soak",
    "window",
    "metric-not-worse",
    "metric-floor",
    "fairness",
    "explanation-present",
    "latency",
    "error-budget",
    "input-schema-compatible",
    "policy-clean",
    "lineage-complete",
    "model-not-retired",
    "evidence-run",
]
"""Every gate that breaking glass can skip."""

Metric = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", max_length=60)]
"""A metric's name, as the evaluation gives it."""


class OwnMetric(Closed):
    """The metric that says how good a release is."""

    name: Metric
    """As the evaluation gives it, such as `rmse`."""
    direction: Literal["lower", "higher"]
    """Which values are better."""
    tolerance: Annotated[float, Field(ge=0)] = 0
    """How much worse than the running release a new one may be, in the metric's own unit."""
    floor: float | None = None
    """The value that no release may be worse than; needed where an environment asks for `metric-floor`."""

    def better(self, one: float, other: float) -> bool:
        """Whether `one` is better than `other`, not just as good."""
        return one < other if self.direction == "lower" else one > other


class OwnFairness(Closed):
    """Between whom predictions must be equally good."""

    groups: Annotated[tuple[Key, ...], Field(strict=False, min_length=1)]
    """Columns of the evaluation's `by_group`, such as `sex`."""
    metric: Metric | None = None
    """The metric compared; the deployment's own where it is absent. It must be positive."""
    direction: Literal["lower", "higher"] | None = None
    """Which values of it are better; needed with `metric`."""
    limit: Annotated[float, Field(ge=1)] | None = None
    """Largest ratio of the worst group's metric to the best group's."""
    least: Annotated[int, Field(ge=1)] = 20
    """Groups with fewer rows are left out: chance would decide."""


class OwnLatency(Closed):
    """How quickly the endpoint answers."""

    p95_ms: Annotated[int, Field(ge=1)]
    """Milliseconds within which 95 of 100 requests are answered."""


class OwnErrorBudget(Closed):
    """How rarely it fails."""

    percent: Annotated[float, Field(ge=0, le=100)]
    """Share of requests that may fail."""


class OwnGates(Closed):
    """What the gates of environments need to know of this deployment."""

    model_config = ConfigDict(alias_generator=lambda name: name.replace("_", "-"))

    metric: OwnMetric | None = None
    fairness: OwnFairness | None = None
    latency: OwnLatency | None = None
    error_budget: OwnErrorBudget | None = None
    without: dict[
        Literal["metric-not-worse", "metric-floor", "fairness", "explanation-present", "input-schema-compatible"],
        Annotated[str, Field(min_length=10)],
    ] = Field(default_factory=dict)
    """Gates that make no sense for this deployment, each with the reason. Reviewers of about.yaml decide."""
