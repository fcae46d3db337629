"""Gate: the release's metric is no worse than that of what runs there, but for the deployment's tolerance.

Source: evidence of the platform's evaluation of both, in the metric's own unit.
"""

from __future__ import annotations

from ..situation import Situation
from ..verdict import Verdict
from .base import ModelGate


class MetricNotWorse(ModelGate):
    kind = "metric-not-worse"

    def measured(self, now: Situation) -> Verdict:
        own, found = now.about.gates.metric, now.ours.evaluation
        if own is None:
            return self.failed('about.yaml names no metric; add "gates.metric", or a reason to "gates.without"')
        if found is None:
            return self.unmeasured(now)
        ours = found.metrics.get(own.name)
        if ours is None:
            return self.failed(f"the evaluation gives no {own.name}", found.path)
        if now.theirs is None:
            return self.passed(f"{own.name} is {ours:.4g}; nothing runs there to compare with", found.path)
        before = now.theirs.evaluation
        theirs = before.metrics.get(own.name) if before else None
        if before is None or theirs is None:
            return self.passed(f"{own.name} is {ours:.4g}; of what runs there it is not known", found.path)
        if before.data != found.data:
            return self.passed(
                f"{own.name} is {ours:.4g}; what runs there was measured by other data, so they don't compare",
                found.path,
            )
        limit = theirs + own.tolerance if own.direction == "lower" else theirs - own.tolerance
        if own.better(limit, ours):
            return self.failed(
                f"{own.name} is {ours:.4g}, worse than {theirs:.4g} of {now.step.before.current} by more than "
                f"{own.tolerance:.4g}",
                found.path,
                before.path,
            )
        return self.passed(
            f"{own.name} is {ours:.4g}; {now.step.before.current} has {theirs:.4g}", found.path, before.path
        )
