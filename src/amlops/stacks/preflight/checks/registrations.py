"""Check: the subscription is registered for every resource provider that the plan makes something of.

Why: Azure answers 409 MissingSubscriptionRegistration; registering needs rights on the subscription.
Source: resource-providers-and-types.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..check import Check
from ..finding import Finding
from ..situation import Situation


class Registrations(Check):
    id = "registrations"

    def look(self, situation: Situation) -> Iterator[Finding]:
        for namespace in situation.said.unregistered:
            message = f"the subscription is not registered for {namespace}"
            todo = f"an owner of it runs `az provider register --namespace {namespace}`"
            yield self.refused(situation.stack.text, f"{message}; {todo}")
