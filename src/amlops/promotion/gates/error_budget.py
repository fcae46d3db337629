"""Gate: requests failed rarely enough while the release was rolled out in the environment before.

Source: evidence of that rollout. The stricter of the environment's budget and the deployment's counts.
"""

from __future__ import annotations

from amlops.config import gates as asked

from ..proof import Rollout
from ..situation import Situation
from ..verdict import Verdict
from .base import TrafficGate


class ErrorBudget(TrafficGate):
    kind = "error-budget"

    def measured(self, now: Situation, rollout: Rollout) -> Verdict:
        own = now.about.gates.error_budget
        limit = self.settings(now, asked.ErrorBudget).percent
        limit = min(limit, own.percent) if own else limit
        if rollout.errors is None:
            return self.failed(f"the rollout in {now.step.source} counted no errors", rollout.path)
        percent = 100 * rollout.errors
        said = f"{percent:.2g} % of its requests failed in {now.step.source}, {limit:g} % are allowed"
        return self.failed(said, rollout.path) if percent > limit else self.passed(said, rollout.path)
