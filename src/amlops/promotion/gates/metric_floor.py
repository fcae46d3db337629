"""Gate: the release's metric keeps the deployment's floor, whatever runs there.

Source: evidence of the platform's evaluation, in the metric's own unit.
"""

from __future__ import annotations

from ..situation import Situation
from ..verdict import Verdict
from .base import ModelGate


class MetricFloor(ModelGate):
    kind = "metric-floor"

    def measured(self, now: Situation) -> Verdict:
        own, found = now.about.gates.metric, now.ours.evaluation
        if own is None or own.floor is None:
            return self.failed('about.yaml names no floor; add "gates.metric.floor", or a reason to "gates.without"')
        if found is None:
            return self.unmeasured(now)
        ours = found.metrics.get(own.name)
        if ours is None:
            return self.failed(f"the evaluation gives no {own.name}", found.path)
        word = "at most" if own.direction == "lower" else "at least"
        if own.better(own.floor, ours):
            return self.failed(f"{own.name} is {ours:.4g}; it should be {word} {own.floor:.4g}", found.path)
        return self.passed(f"{own.name} is {ours:.4g}, {word} {own.floor:.4g}", found.path)
