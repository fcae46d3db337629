"""Rule: who is said to own a resource is a team that works there.

Why: a tag that names nobody is worse than none; it is believed until somebody calls.
Source: `platform.teams` of the environment's file.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class OwnerTeam(Rule):
    id = "owner-team"
    kinds = ()

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        settings = declared.environment.settings
        teams = sorted({settings.owner, *(settings.platform.teams if settings.platform else ())})
        tags = resource.map("tags")
        for tag in ("owner", "team"):
            value = tags.get(tag)
            if value is not None and value not in teams:
                allowed = f"teams of {declared.environment.name} are {', '.join(teams)}"
                yield from invalid(f"the tag {tag}", value, allowed, f"name one, or add it to {declared.file}")
