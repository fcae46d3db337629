"""Gate: what comes in was made after what runs there, so that no step undoes another one. Always asked.

An older release comes back by `amlops rollback` only.
"""

from __future__ import annotations

from ..situation import Situation
from ..verdict import Verdict
from .base import Gate


class NewerRelease(Gate):
    kind = "newer-release"
    skippable = False

    def asked(self, now: Situation) -> bool:
        return True

    def decide(self, now: Situation) -> Verdict:
        place, ours = now.step.environment, now.ours.release
        if ours is None:
            return self.failed(f"there is no file of release {now.step.release}; restore it or reject the release")
        if now.theirs is None:
            return self.passed(f"nothing runs in {place} yet")
        theirs = now.theirs.release
        if theirs is None:
            return self.failed(
                f"there is no file of release {now.step.before.current}, which runs in {place}; restore it"
            )
        if ours.created <= theirs.created:
            return self.failed(
                f"{ours.id} was made before {theirs.id}, which runs in {place}; only "
                f"`amlops rollback {now.step.deployment} --env {place} --to {ours.id}` brings it back"
            )
        return self.passed(f"made after {theirs.id}, which runs in {place}")
