"""What evidence says, read: evaluation of a release, its rollout in an environment, the apply of a stack.

Files of another shape prove nothing: what is missing in them is None here, and the gate says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Written:
    """Which run wrote a file of evidence, from which commit, and when. `run` is None where a person did, by hand."""

    run: int | None
    url: str
    commit: str
    workflow: str
    at: datetime

    @classmethod
    def parse(cls, found: Any) -> Written | None:
        """None where it has no time."""
        at = _moment(found.get("at")) if isinstance(found, Mapping) else None
        if at is None:
            return None
        run, commit = found.get("run"), str(found.get("commit") or "")
        return cls(
            run if isinstance(run, int) else None, str(found.get("url", "")), commit, str(found.get("workflow", "")), at
        )


@dataclass(frozen=True, slots=True)
class Input:
    """One column that a model takes. `type` is one of MLflow's: boolean, integer, long, float, double, string, …"""

    name: str
    type: str
    required: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the platform measured of a release. `by_group` is {group: {value: {metric or "rows": number}}}, `data` the
    digest of what it was measured by, `extra_inputs` whether unknown columns of a request are ignored."""

    path: str
    metrics: Mapping[str, float]
    by_group: Mapping[str, Mapping[str, Mapping[str, float]]]
    explanation: Mapping[str, float] | None
    inputs: tuple[Input, ...] | None
    extra_inputs: bool
    data: str | None
    job: str | None
    written: Written | None

    @classmethod
    def parse(cls, path: str, found: Json) -> Evaluation:
        explanation = found.get("explanation")
        inputs = found.get("inputs")
        return cls(
            path=path,
            metrics=_numbers(found.get("metrics")),
            by_group={
                str(group): {str(value): _numbers(row) for value, row in _map(values).items()}
                for group, values in _map(found.get("by_group")).items()
            },
            explanation=_numbers(explanation.get("inputs")) if isinstance(explanation, Mapping) else None,
            inputs=tuple(_input(item) for item in inputs) if isinstance(inputs, list) else None,
            extra_inputs=found.get("extra_inputs") == "ignored",
            data=str(found["data"]) if found.get("data") else None,
            job=str(found["training_job"]) if found.get("training_job") else None,
            written=Written.parse(found.get("written")),
        )


@dataclass(frozen=True, slots=True)
class Rollout:
    """How a release was rolled out in an environment. `errors` is the share of its requests that failed; `first` says
    that nothing ran there before, so that there was no traffic to measure by."""

    path: str
    verdict: str
    reason: str
    requests: float
    p95_ms: float | None
    errors: float | None
    first: bool
    written: Written | None

    @property
    def healthy(self) -> bool:
        return self.verdict == "healthy"

    @classmethod
    def parse(cls, path: str, found: Json) -> Rollout:
        ours = _map(_map(found.get("measured")).get("candidate"))
        return cls(
            path=path,
            verdict=str(found.get("verdict", "")),
            reason=str(found.get("reason", "")),
            requests=_number(ours.get("requests")) or 0,
            p95_ms=_number(ours.get("p95_ms")),
            errors=_number(ours.get("error_rate")),
            first=not found.get("old"),
            written=Written.parse(found.get("written")),
        )


@dataclass(frozen=True, slots=True)
class Applied:
    """The last apply of a stack. `findings` are policy's, as (severity, rule, whether an exception covers it)."""

    path: str
    findings: tuple[tuple[str, str, bool], ...] | None
    written: Written | None

    @classmethod
    def parse(cls, path: str, found: Json) -> Applied:
        listed = found.get("policy")
        findings = None
        if isinstance(listed, list):
            findings = tuple(
                (str(item.get("severity")), str(item.get("rule")), bool(item.get("excepted_by")))
                for item in listed
                if isinstance(item, Mapping)
            )
        return cls(path, findings, Written.parse(found.get("written")))


def _input(found: Any) -> Input:
    item = _map(found)
    return Input(str(item.get("name", "")), str(item.get("type", "")), item.get("required") is not False)


def _map(found: Any) -> Json:
    return found if isinstance(found, Mapping) else {}


def _numbers(found: Any) -> dict[str, float]:
    return {str(name): number for name, value in _map(found).items() if (number := _number(value)) is not None}


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None
