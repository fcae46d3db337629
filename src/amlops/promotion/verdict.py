"""What a gate says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from amlops.config.moments import stamp

State = Literal["pass", "fail", "wait"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`reason` is a sentence. `evidence` are paths on the branch `evidence`, `until` is when a wait may end.

    A gate that fails does so until something changes; one that waits may pass by itself. `skipped_by` names the
    broken glass by which a gate that said otherwise counts as passed.
    """

    gate: str
    state: State
    reason: str
    evidence: tuple[str, ...] = ()
    until: datetime | None = None
    skipped_by: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "gate": self.gate,
            "verdict": self.state,
            "reason": self.reason,
            "evidence": list(self.evidence),
            "until": stamp(self.until) if self.until else None,
            "skipped_by": self.skipped_by,
        }


def outcome(verdicts: Sequence[Verdict]) -> State:
    """Of all gates together: one that fails outranks one that waits."""
    states = {verdict.state for verdict in verdicts}
    return "fail" if "fail" in states else "wait" if "wait" in states else "pass"
