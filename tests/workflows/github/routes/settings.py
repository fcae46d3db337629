"""What owners set: who may do what, runners, names of variables and secrets, the App's installation.

`hub.settings` says what differs from a repository that is set up as it should be.
"""

from __future__ import annotations

from typing import Any

from ..call import NOT_FOUND, Call, Refused, Reply, Route
from ..hub import Environment
from .environments import ENVIRONMENT
from .repository import REPO

ADMIN = (("administration", "read"),)
SET_UP: dict[str, Any] = {
    "actions": {"enabled": True, "allowed_actions": "all", "sha_pinning_required": True},
    "token": {"default_workflow_permissions": "read", "can_approve_pull_request_reviews": False},
    "subject": {"use_default": True},
    "runners": [],
    "organisation_runners": [],
    "codeowners": {"errors": []},
    "installations": [],
}


def _set(name: str) -> Any:
    def answer(call: Call) -> Reply:
        return Reply(body=call.hub.settings.get(name, SET_UP[name]))

    return answer


def _listed(name: str, inside: str) -> Any:
    def answer(call: Call) -> Reply:
        return Reply(listed=list(call.hub.settings.get(name, SET_UP[name])), inside=inside)

    return answer


def _environment(call: Call) -> Environment:
    found = call.hub.environments.get(call.params["environment_name"])
    if found is None:
        raise Refused(*NOT_FOUND)
    return found


def _variables(found: dict[str, str]) -> Reply:
    return Reply(listed=[{"name": name, "value": value} for name, value in sorted(found.items())], inside="variables")


def _secrets(names: Any) -> Reply:
    return Reply(listed=[{"name": name} for name in sorted(names)], inside="secrets")


def variables(call: Call) -> Reply:
    return _variables(call.hub.variables)


def variable(call: Call) -> Reply:
    name = call.params["name"]
    if name not in call.hub.variables:
        raise Refused(*NOT_FOUND)
    return Reply(body={"name": name, "value": call.hub.variables[name]})


def secrets(call: Call) -> Reply:
    return _secrets(call.hub.secrets)


def environment_secrets(call: Call) -> Reply:
    return _secrets(_environment(call).secrets)


def branches(call: Call) -> Reply:
    found = [{"id": number, "name": name} for number, name in enumerate(_environment(call).branches, 1)]
    return Reply(listed=found, inside="branch_policies")


def installations(call: Call) -> Reply:
    if not call.hub.settings.get("owner_of_organisation", True):
        raise Refused(404, "Not Found")
    return Reply(listed=list(call.hub.settings.get("installations", ())), inside="installations")


ACTIONS = f"{REPO}/actions"
ROUTES = (
    Route("GET", f"{ACTIONS}/permissions", _set("actions"), needs=ADMIN),
    Route("GET", f"{ACTIONS}/permissions/workflow", _set("token"), needs=ADMIN),
    Route("GET", f"{ACTIONS}/oidc/customization/sub", _set("subject"), needs=(("actions", "read"),)),
    Route("GET", f"{ACTIONS}/runners", _listed("runners", "runners"), needs=ADMIN),
    Route("GET", "/orgs/{org}/actions/runners", _listed("organisation_runners", "runners"), needs=ADMIN),
    Route("GET", f"{ACTIONS}/variables", variables, needs=(("variables", "read"),)),
    Route("GET", f"{ACTIONS}/variables/{{name}}", variable, needs=(("variables", "read"),)),
    Route("GET", f"{ACTIONS}/organization-variables", lambda _: _variables({}), needs=(("variables", "read"),)),
    Route("GET", f"{ACTIONS}/secrets", secrets, needs=ADMIN),
    Route("GET", f"{ACTIONS}/organization-secrets", lambda _: _secrets(()), needs=ADMIN),
    Route("GET", f"{ENVIRONMENT}/secrets", environment_secrets, needs=(("environments", "read"),)),
    Route("GET", f"{ENVIRONMENT}/deployment-branch-policies", branches, needs=(("actions", "read"),)),
    Route("GET", f"{REPO}/codeowners/errors", _set("codeowners"), needs=(("contents", "read"),)),
    Route("GET", "/orgs/{org}/installations", installations, needs=ADMIN),
)
