"""What a plan found, as the report is given it. No value of any property is among it, and no secret can be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from .cost import Estimate

OPERATIONS = ("create", "update", "replace", "delete")
DISRUPTIVE = ("replace", "delete")

Ended = Literal["passed", "failed", "skipped"]


class Step(Protocol):
    """One resource that changes (`amlops.stacks.meaning.Step`)."""

    @property
    def urn(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def operation(self) -> str: ...
    @property
    def paths(self) -> tuple[str, ...]: ...
    @property
    def replace_reasons(self) -> tuple[str, ...]: ...
    @property
    def name(self) -> str: ...
    def as_dict(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Remark:
    """What a rule of policy says of a resource. `excepted` names who allowed it where somebody did."""

    rule: str
    severity: Literal["error", "warning"]
    where: str
    message: str
    excepted: str = ""

    @property
    def stops(self) -> bool:
        return self.severity == "error" and not self.excepted


@dataclass(frozen=True, slots=True)
class Check:
    """What preflight found out. `unknown`: it can only be told with a credential, which a plan doesn't have."""

    name: str
    outcome: Literal["passed", "warned", "failed", "unknown"]
    message: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests of a client, counted as it sent them, none tried again. `by` counts (answered well, failed) by the
    deployment that answered, "" where none did; `said` the first few failures in words."""

    sent: int = 0
    failed: int = 0
    by: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    said: tuple[str, ...] = ()

    def __add__(self, other: Traffic) -> Traffic:
        names = self.by.keys() | other.by.keys()
        pairs = {name: (self.by.get(name, (0, 0)), other.by.get(name, (0, 0))) for name in names}
        by = {name: (one[0] + two[0], one[1] + two[1]) for name, (one, two) in pairs.items()}
        return Traffic(self.sent + other.sent, self.failed + other.failed, by, (*self.said, *other.said))

    def as_dict(self) -> dict[str, Any]:
        by = {name or "none": {"answered": well, "failed": failed} for name, (well, failed) in sorted(self.by.items())}
        return {"sent": self.sent, "failed": self.failed, "deployments": by, "failures": list(self.said)}


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a rehearsal and the requests that were sent while it went on."""

    name: str
    traffic: Traffic

    def as_dict(self) -> dict[str, Any]:
        return {"phase": self.name, **self.traffic.as_dict()}


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """How the change went on a local Azure. `skipped`: it was not applied there, and `sentence` says why."""

    outcome: Ended
    sentence: str
    total: Traffic = Traffic()
    phases: tuple[Phase, ...] = ()
    stand_ins: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "outcome": self.outcome,
            "sentence": self.sentence,
            "requests": self.total.as_dict(),
            "phases": [phase.as_dict() for phase in self.phases],
            "stand_ins": list(self.stand_ins),
            "faults": list(self.faults),
        }


@dataclass(frozen=True, slots=True)
class StackPlan:
    """One stack. `because` says which files touch it; `failure` why it can't be planned; `users` what they notice."""

    stack: str
    environment: str
    because: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    users: tuple[str, ...] = ()
    cost: Estimate | None = None
    remarks: tuple[Remark, ...] = ()
    checks: tuple[Check, ...] = ()
    rehearsed: Rehearsed | None = None
    failure: str = ""

    def count(self, operation: str) -> int:
        return sum(step.operation == operation for step in self.steps)

    @property
    def stopped(self) -> bool:
        """Whether this must not be merged as it is."""
        refused = any(remark.stops for remark in self.remarks) or any(c.outcome == "failed" for c in self.checks)
        return bool(self.failure) or refused or (self.rehearsed is not None and self.rehearsed.outcome == "failed")

    def as_dict(self) -> dict[str, Any]:
        return {
            "stack": self.stack,
            "environment": self.environment,
            "because": list(self.because),
            "steps": [step.as_dict() for step in self.steps],
            "users": list(self.users),
            "cost": self.cost.as_dict() if self.cost else None,
            "policy": [
                {"rule": r.rule, "severity": r.severity, "where": r.where, "message": r.message, "excepted": r.excepted}
                for r in self.remarks
            ],
            "preflight": [{"check": c.name, "outcome": c.outcome, "message": c.message} for c in self.checks],
            "rehearsal": self.rehearsed.as_dict() if self.rehearsed else None,
            "failure": self.failure,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole plan, from `base` to `head` (commits). `notes` hold what a reader must know besides."""

    base: str
    head: str
    stacks: tuple[StackPlan, ...]
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    run_url: str = ""

    @property
    def stopped(self) -> bool:
        return any(stack.stopped for stack in self.stacks)

    def count(self, operation: str) -> int:
        return sum(stack.count(operation) for stack in self.stacks)

    def as_dict(self) -> dict[str, Any]:
        return {
            "base": self.base,
            "head": self.head,
            "stopped": self.stopped,
            "stacks": [stack.as_dict() for stack in self.stacks],
            "notes": list(self.notes),
            "seconds": round(self.seconds, 1),
        }
