"""Gate: requests failed rarely enough while the release was rolled out in the environment before.

Source: evidence of that rollout. The stricter of the environment's budget and the deployment's counts.
"""

from __future__ import annotations

from amlops.config import gates as asked

from ..situation import Situation
from ..verdict import Verdict
from .base import Gate


class ErrorBudget(Gate):
    kind = "error-budget"

    def decide(self, now: Situation) -> Verdict:
        own, rollout = now.about.gates.error_budget, now.ours.rollout
        limit = self.settings(now, asked.ErrorBudget).percent
        limit = min(limit, own.percent) if own else limit
        if rollout is None:
            return self.waits(f"no rollout of {now.step.release} in {now.step.source} has ended yet")
        if rollout.errors is None:
            return self.failed(f"the rollout in {now.step.source} counted no requests", rollout.path)
        percent = 100 * rollout.errors
        said = f"{percent:.2g} % of its requests failed in {now.step.source}, {limit:g} % are allowed"
        return self.failed(said, rollout.path) if percent > limit else self.passed(said, rollout.path)
