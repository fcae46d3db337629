"""Question: may a role be granted at a resource that isn't there yet?"""

from __future__ import annotations

from .question import ML, Answer, Ground, Moment, Question

API = "2022-04-01"


def _ask(ground: Ground) -> Answer:
    there = ground.send("GET", ground.endpoint, ML).status
    path = f"{ground.endpoint}/providers/Microsoft.Authorization/roleAssignments"
    own = [
        item
        for item in ground.azure.listed(path, API)
        if str((item.get("properties") or {}).get("scope", "")).lower() == ground.endpoint.lower()
    ]
    found = {"endpoint": there, "assignments": len(own)}
    told = f"the endpoint answers {there}, and {len(own)} roles were granted at it"
    return Answer(told, there == 404 and bool(own), found)


QUESTION = Question(
    id="role-at-missing-scope",
    said="A platform grants a team its role at an endpoint that the team's own stack makes later",
    where="infra/components/deploy_access.py; ADR 0013",
    how="The platform was applied, which grants it; then the roles at the endpoint are listed, which isn't there",
    when=Moment.PLATFORM,
    ask=_ask,
)
