"""Gate: as many people of the named teams as the environment asks for approved the pull request as it is."""

from __future__ import annotations

from ..situation import Situation
from ..verdict import Verdict
from .base import Gate


class Approval(Gate):
    kind = "approval"

    def asked(self, now: Situation) -> bool:
        return now.promoted.approvals.count > 0

    def decide(self, now: Situation) -> Verdict:
        asked = now.promoted.approvals
        given = [who for who in now.approvals or () if set(who.teams) & set(asked.teams)]
        names = ", ".join(who.login for who in given)
        if len(given) >= asked.count:
            return self.passed(f"approved by {names}")
        missing, teams = asked.count - len(given), ", ".join(asked.teams)
        people = "one more" if missing == 1 else f"{missing} more"
        have = f"approved by {names}; " if names else ""
        return self.waits(f"{have}{people} of {teams} must approve the pull request")
