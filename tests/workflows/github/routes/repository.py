"""The repository itself, and the caller's rate limit."""

from __future__ import annotations

import json
from typing import Any

from ..call import NOT_FOUND, Call, Refused, Reply, Route
from ..rulesets import FOLDER

REPO = "/repos/{owner}/{repo}"


def repository(call: Call) -> Reply:
    return Reply(body=known(call))


def known(call: Call, full_name: str = "") -> dict[str, Any]:
    """How answers name a repository."""
    name = full_name or call.hub.full_name
    return {
        "id": sum(name.encode()),
        "name": name.split("/")[1],
        "full_name": name,
        "default_branch": "main",
        "html_url": f"{call.hub.url}/{name}",
        "fork": name != call.hub.full_name,
        "private": False,
        "visibility": "public",
        "owner": {"login": name.split("/")[0], "type": "Organization"},
    }


def rate_limit(call: Call) -> Reply:
    left = {"limit": 5000, "used": 0, "remaining": 5000, "reset": int(call.hub.clock.now().timestamp()) + 3600}
    return Reply(body={"resources": {"core": left, "search": left}, "rate": left})


def branch(call: Call) -> Reply:
    commit = call.hub.remote.resolve(f"refs/heads/{call.params['branch']}")
    if commit is None:
        raise Refused(404, "Branch not found")
    return Reply(body={"name": call.params["branch"], "commit": {"sha": commit}, "protected": False})


def rulesets(call: Call) -> Reply:
    """Those of the repository's own files, as if an owner had imported them."""
    found = [json.loads(call.hub.remote.read("main", path) or "{}") for path in call.hub.remote.files("main", FOLDER)]
    return Reply(listed=[_ruleset(call, number, item) for number, item in enumerate(found, 1)])


def ruleset(call: Call) -> Reply:
    paths = call.hub.remote.files("main", FOLDER)
    number = int(call.params["ruleset_id"])
    if not 0 < number <= len(paths):
        raise Refused(*NOT_FOUND)
    return Reply(body=_ruleset(call, number, json.loads(call.hub.remote.read("main", paths[number - 1]) or "{}")))


def _ruleset(call: Call, number: int, content: dict[str, Any]) -> dict[str, Any]:
    return {**content, "id": number, "source": call.hub.full_name, "source_type": "Repository"}


ROUTES = (
    Route("GET", "/rate_limit", rate_limit),
    Route("GET", REPO, repository),
    Route("GET", f"{REPO}/branches/{{branch}}", branch, needs=(("contents", "read"),)),
    Route("GET", f"{REPO}/rulesets", rulesets, needs=(("contents", "read"),)),
    Route("GET", f"{REPO}/rulesets/{{ruleset_id}}", ruleset, needs=(("contents", "read"),)),
)
