"""Keys and tokens of endpoints: made, renewed, checked."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..arm.caller import bearer
from ..arm.errors import ArmError
from ..store import Body, Resource

if TYPE_CHECKING:
    from ..workshop import Workshop

LIFETIME, REFRESH = 12 * 3600, 6 * 3600  # seconds of an AMLToken; Azure documents the fields, not the times
_SCORE = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints/score/action"


class Unauthorized(Exception):
    """`code` is what Azure's front answers as the text of a 401 or 403."""

    def __init__(self, code: str, status: int = 401) -> None:
        super().__init__(code)
        self.code, self.status = code, status


def new_key() -> str:
    return secrets.token_urlsafe(32)


def token(endpoint: Resource, now: float) -> Body:
    """An AMLToken: signed with a secret of the endpoint, so nothing has to be kept. Source: model EndpointAuthToken."""
    claims = {"endpoint": endpoint.id.key, "exp": int(now) + LIFETIME}
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    return {
        "accessToken": f"{payload}.{_signature(endpoint, payload)}",
        "expiryTimeUtc": claims["exp"],
        "refreshAfterTimeUtc": int(now) + REFRESH,
        "tokenType": "Bearer",
    }


def check(cloud: Workshop, endpoint: Resource, headers: Mapping[bytes, bytes]) -> None:
    """Raises Unauthorized for a request that the endpoint's authMode does not let in."""
    mode = str(endpoint.properties.get("authMode", "")).lower()
    prefix = "key_auth" if mode == "key" else "token_auth"
    given = bearer(headers.get(b"authorization", b"").decode("latin-1"))
    if given is None:
        raise Unauthorized(f"{prefix}_bad_header_forbidden")
    if mode == "key":
        keys = (endpoint.secret["primaryKey"], endpoint.secret["secondaryKey"])
        if not any(hmac.compare_digest(given.encode(), key.encode()) for key in keys):
            raise Unauthorized(f"{prefix}_access_denied")
    elif mode == "amltoken":
        if not _is_token(endpoint, given, cloud.clock.now()):
            raise Unauthorized(f"{prefix}_access_denied")
    else:
        try:
            principal = cloud.identity.verify(given, ("ml",))
        except ArmError as error:
            raise Unauthorized(f"{prefix}_access_denied") from error
        if not cloud.access.allowed(principal, _SCORE, endpoint.id):
            raise Unauthorized(f"{prefix}_access_denied", 403)


def _is_token(endpoint: Resource, given: str, now: float) -> bool:
    payload, _, signature = given.partition(".")
    if not hmac.compare_digest(signature.encode(), _signature(endpoint, payload).encode()):
        return False
    claims = json.loads(base64.urlsafe_b64decode(payload))
    return bool(claims["endpoint"] == endpoint.id.key and claims["exp"] > now)


def _signature(endpoint: Resource, payload: str) -> str:
    return hmac.new(endpoint.secret["tokenSecret"].encode(), payload.encode(), hashlib.sha256).hexdigest()
