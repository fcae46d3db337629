"""Environments of the repository: who must let a job in, and the variables that it gets there."""

from __future__ import annotations

from typing import Any

from ..call import NOT_FOUND, Call, Refused, Reply, Route
from ..hub import Environment, as_user
from .repository import REPO

READ = (("actions", "read"), ("environments", "read"))


def known(call: Call, found: Environment) -> dict[str, Any]:
    rules = []
    if found.reviewers:
        reviewers = [{"type": "User", "reviewer": as_user(login)} for login in found.reviewers]
        rules.append({"id": 1, "node_id": "1", "type": "required_reviewers", "reviewers": reviewers})
    policy = {"protected_branches": False, "custom_branch_policies": True} if found.branches else None
    return {"id": 1, "name": found.name, "protection_rules": rules, "deployment_branch_policy": policy}


def listed(call: Call) -> Reply:
    return Reply(listed=[known(call, item) for item in call.hub.environments.values()], inside="environments")


def _environment(call: Call) -> Environment:
    found = call.hub.environments.get(call.params["environment_name"])
    if found is None:
        raise Refused(*NOT_FOUND)
    return found


def get(call: Call) -> Reply:
    return Reply(body=known(call, _environment(call)))


def variables(call: Call) -> Reply:
    found = [{"name": name, "value": value} for name, value in sorted(_environment(call).variables.items())]
    return Reply(listed=found, inside="variables")


ENVIRONMENT = f"{REPO}/environments/{{environment_name}}"
ROUTES = (
    Route("GET", f"{REPO}/environments", listed, needs=READ),
    Route("GET", ENVIRONMENT, get, needs=READ),
    Route("GET", f"{ENVIRONMENT}/variables", variables, needs=(("environments", "read"),)),
)
