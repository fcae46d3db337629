"""Gate: the stage has room. A stage that has a candidate gets no other one.

Source: docs/adr/0015; always asked, and no glass breaks it, since the stage would be impossible.
"""

from __future__ import annotations

from ..situation import Situation
from ..verdict import Verdict
from .base import Gate


class FreeStage(Gate):
    kind = "free-stage"
    moves = ("enter", "advance")
    skippable = False

    def asked(self, now: Situation) -> bool:
        return True

    def decide(self, now: Situation) -> Verdict:
        candidate = now.step.before.candidate
        if candidate is not None:
            return self.waits(f"{now.step.environment} is rolling out {candidate}, and has one candidate at a time")
        return self.passed(f"nothing is being rolled out in {now.step.environment}")
