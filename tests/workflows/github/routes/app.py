"""The GitHub App: its installation, and tokens for what asks with the App's own key."""

from __future__ import annotations

import jwt

from ..call import Call, Refused, Reply, Route
from .repository import REPO

INSTALLATION = 4711


def _by_app(call: Call) -> None:
    """Raises Refused unless the caller holds a JSON Web Token that the App's key signed (ten minutes at most)."""
    given = call.params["authorization"].partition(" ")[2]
    try:
        said = jwt.decode(given, call.hub.app_public_key, algorithms=["RS256"], options={"require": ["iss", "exp"]})
    except jwt.InvalidTokenError as problem:
        raise Refused(401, f"A JSON web token could not be decoded: {problem}") from None
    if said["iss"] != call.hub.app_client_id:
        raise Refused(401, "Integration not found")


def installation(call: Call) -> Reply:
    _by_app(call)
    return Reply(body={"id": INSTALLATION, "app_slug": "amlops", "permissions": _underscored(call.hub.app_permissions)})


def access_token(call: Call) -> Reply:
    _by_app(call)
    names = call.body.get("repositories")
    if names is not None and names != [call.hub.name]:
        raise Refused(
            422, "There is at least one repository that does not exist or is not accessible to the parent installation."
        )
    asked = {what.replace("_", "-"): level for what, level in (call.body.get("permissions") or {}).items()}
    try:
        token = call.hub.app_token(asked)
    except ValueError as problem:
        raise Refused(422, str(problem)) from None
    assert token.expires is not None
    return Reply(
        201,
        {
            "token": token.value,
            "expires_at": token.expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "permissions": _underscored(token.permissions),
            "repository_selection": "selected",
        },
    )


def revoke(call: Call) -> Reply:
    """Ends the token that asks."""
    if call.caller.kind != "app":
        raise Refused(403, "This endpoint requires you to be authenticated as an installation.")
    call.hub.revoke(call.caller.value)
    return Reply(204)


def _underscored(permissions: dict[str, str]) -> dict[str, str]:
    return {what.replace("-", "_"): level for what, level in permissions.items()}


ROUTES = (
    Route("GET", f"{REPO}/installation", installation, by_app=True),
    Route("POST", "/app/installations/{installation_id}/access_tokens", access_token, by_app=True),
    Route("DELETE", "/installation/token", revoke),
)
