"""All gates of a step, decided; what broken glass skips is said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from amlops.config.moments import stamp

from .gates import GATES, Gate
from .situation import Situation
from .step import Step
from .verdict import State, Verdict, outcome


@dataclass(frozen=True, slots=True)
class Judged:
    """A step with what every gate says of it."""

    step: Step
    verdicts: tuple[Verdict, ...]

    @property
    def state(self) -> State:
        return outcome(self.verdicts)

    def waits_only_for(self, gate: str) -> bool:
        """Whether it would pass but for this gate."""
        return self.state == "wait" and all(v.state == "pass" or v.gate == gate for v in self.verdicts)

    @property
    def why(self) -> str:
        """What keeps it, or that nothing does."""
        kept = [verdict for verdict in self.verdicts if verdict.state == self.state]
        return "all gates pass" if self.state == "pass" else "; ".join(f"{v.gate}: {v.reason}" for v in kept)

    def as_dict(self) -> dict[str, Any]:
        step = self.step
        return {
            "move": step.move,
            "deployment": step.deployment,
            "release": step.release,
            "environment": step.environment,
            "from": step.source,
            "branch": step.branch,
            "state": self.state,
            "gates": [verdict.as_dict() for verdict in self.verdicts],
        }


def judge(now: Situation) -> Judged:
    """Every gate that guards the step and is asked for."""
    asked = [gate for gate in GATES if now.step.move in gate.moves and gate.asked(now)]
    return Judged(now.step, tuple(_verdict(gate, now) for gate in asked))


def _verdict(gate: Gate, now: Situation) -> Verdict:
    said = gate.decide(now)
    if said.state == "pass" or not gate.skippable:
        return said
    for name, entry in (now.glass or {}).items():
        if gate.kind in entry.gates and entry.skips(now.step.deployment, now.step.environment, now.now):
            reason = f"skipped by {name} until {stamp(entry.expires)} ({entry.reason}); else: {said.reason}"
            return replace(said, state="pass", reason=reason, until=None, skipped_by=name)
    return said
