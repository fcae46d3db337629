"""Gate: no group of people gets much worse predictions than another: the ratio of worst to best keeps a limit.

Source: the evaluation's metrics by group. The stricter of the environment's limit and the deployment's counts.
"""

from __future__ import annotations

from collections.abc import Mapping

from amlops.config import gates as asked

from ..situation import Situation
from ..verdict import Verdict
from .base import ModelGate


class Fairness(ModelGate):
    kind = "fairness"

    def measured(self, now: Situation) -> Verdict:
        own, metric, found = now.about.gates.fairness, now.about.gates.metric, now.ours.evaluation
        if own is None:
            return self.failed('about.yaml names no groups; add "gates.fairness", or a reason to "gates.without"')
        if found is None:
            return self.unmeasured(now)
        name = own.metric or (metric.name if metric else "")
        direction = own.direction or (metric.direction if metric else "lower")
        limit = min(filter(None, (own.limit, self.settings(now, asked.Fairness).limit)))
        said = []
        for group in own.groups:
            values = {
                value: row[name]
                for value, row in found.by_group.get(group, {}).items()
                if name in row and row.get("rows", 0) >= own.least
            }
            if len(values) < 2:
                return self.failed(
                    f"by {group} there are {len(values)} groups of {own.least} rows or more; two are needed to compare",
                    found.path,
                )
            ratio = disparity(values, direction)
            worst, best = sorted(values, key=values.__getitem__, reverse=direction == "lower")[:: len(values) - 1]
            sides = f"{name} of {group} {worst} is {values[worst]:.4g}, of {best} is {values[best]:.4g}"
            if ratio is None:
                return self.failed(
                    f"{sides}; values that are not positive have no ratio, name another metric", found.path
                )
            if ratio > limit:
                return self.failed(f"{sides}: {ratio:.2f} times as bad, at most {limit:.2f} is allowed", found.path)
            said.append(f"{group} {ratio:.2f}")
        return self.passed(f"worst to best group by {', '.join(said)}, at most {limit:.2f}", found.path)


def disparity(values: Mapping[str, float], direction: str) -> float | None:
    """How many times as bad the worst group has it as the best: 1 where all are the same, None where a value is not
    positive."""
    least, most = min(values.values()), max(values.values())
    if least <= 0:
        # an error of nought for all is as fair as can be
        return 1.0 if direction == "lower" and least == most == 0 else None
    return most / least
