"""Gate: the release has proved itself for long enough in the environment where it is current.

Of a step forward that is the environment it comes from; of a retirement the one where the release before it is kept.
Source: evidence of the rollout, and when the stage was last changed; both in server time. Always asked.
"""

from __future__ import annotations

from amlops.config.moments import shown, stamp

from ..situation import Situation
from ..verdict import Verdict
from .base import Gate


class Soak(Gate):
    kind = "soak"
    moves = ("advance", "retire")

    def asked(self, now: Situation) -> bool:
        return True

    def decide(self, now: Situation) -> Verdict:
        place = now.step.source or now.step.environment
        release = now.step.before.current if now.step.move == "retire" else now.step.release
        rollout = now.ours.rollout
        if rollout is None or rollout.written is None:
            return self.waits(f"no rollout of {release} in {place} has ended yet")
        if not rollout.healthy:
            because = f": {rollout.reason}" if rollout.reason else ""
            return self.failed(f"the rollout of {release} in {place} ended as {rollout.verdict}{because}", rollout.path)
        began = rollout.written.at
        if now.step.move == "retire" and now.since is not None:
            began = max(began, now.since)
        over = began + now.soak
        if now.now < over:
            left = shown(over - now.now)
            return self.waits(
                f"{release} soaks in {place} until {stamp(over)}, {left} from now", rollout.path, until=over
            )
        return self.passed(
            f"{release} is healthy in {place} since {stamp(began)}, {shown(now.now - began)}", rollout.path
        )
