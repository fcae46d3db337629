"""Check: this identity reaches what the plan is about.

Why: a role that was granted minutes ago may not be effective yet, and one that can be listed need not be. So the
identity itself asks, with a GET of what the plan writes.
Source: role-based-access-control, "troubleshooting": up to ten minutes.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..check import Check
from ..finding import Finding
from ..situation import Situation


class Rights(Check):
    id = "rights"

    def look(self, situation: Situation) -> Iterator[Finding]:
        for id in situation.said.denied:
            message = "this identity may not even read it: its role is missing, or not effective yet"
            yield self.refused(id, f"{message}; wait some minutes, then see what `amlops bootstrap` grants")
