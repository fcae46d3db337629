"""Gate: 95 of 100 requests were answered quickly enough while the release was rolled out in the environment before.

Source: evidence of that rollout. The stricter of the environment's limit and the deployment's counts.
"""

from __future__ import annotations

from amlops.config import gates as asked

from ..proof import Rollout
from ..situation import Situation
from ..verdict import Verdict
from .base import TrafficGate


class Latency(TrafficGate):
    kind = "latency"

    def measured(self, now: Situation, rollout: Rollout) -> Verdict:
        own = now.about.gates.latency
        limit = self.settings(now, asked.Latency).p95_ms
        limit = min(limit, own.p95_ms) if own else limit
        if rollout.p95_ms is None:
            return self.failed(f"the rollout in {now.step.source} measured no latency", rollout.path)
        said = f"95 of 100 requests took up to {rollout.p95_ms:.0f} ms in {now.step.source}, {limit} ms are allowed"
        return self.failed(said, rollout.path) if rollout.p95_ms > limit else self.passed(said, rollout.path)
