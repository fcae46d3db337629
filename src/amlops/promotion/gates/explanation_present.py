"""Gate: the evaluation says how much each input counts, for every input that the model takes.

Source: the evaluation's explanation (permutation importance, by the platform's own code).
"""

from __future__ import annotations

from ..situation import Situation
from ..verdict import Verdict
from .base import ModelGate


class ExplanationPresent(ModelGate):
    kind = "explanation-present"

    def measured(self, now: Situation) -> Verdict:
        found = now.ours.evaluation
        if found is None:
            return self.unmeasured(now)
        if not found.explanation:
            return self.failed("the evaluation has no explanation", found.path)
        missing = [item.name for item in found.inputs or () if item.name not in found.explanation]
        if missing:
            return self.failed(f"the explanation leaves out {', '.join(missing)}", found.path)
        first = sorted(found.explanation, key=lambda name: -abs(found.explanation[name]))[:3]  # type: ignore[index]
        return self.passed(f"{len(found.explanation)} inputs are explained; {', '.join(first)} count most", found.path)
