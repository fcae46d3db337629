"""For a local Azure whose clock a rehearsal moves: tokens run out by it, of which Azure's clients know nothing."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.core.credentials import AccessToken, TokenCredential

EARLY = 300.0
"""Seconds of the server's time that a token must have left; azure-core asks for another below the same number."""


class RehearsedCredential:
    """Gives tokens that are good by the server's clock: `now` is what it last said, None where it said nothing yet.

    A client keeps what it is given for a second only, so that it notices a clock that was moved.
    """

    def __init__(self, make: Callable[[], TokenCredential], now: Callable[[], datetime | None]) -> None:
        self._make, self._now, self._lock = make, now, threading.Lock()
        self._inner = make()

    def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        from azure.core.credentials import AccessToken

        with self._lock:
            token = self._inner.get_token(*scopes, **options).token
            known = self._now()
            if known is not None and _expiry(token) - known.timestamp() < EARLY:
                self._inner = self._make()  # it keeps tokens by this machine's clock
                token = self._inner.get_token(*scopes, **options).token
        return AccessToken(token, int(time.time() + EARLY) + 1)


def _expiry(token: str) -> float:
    part = token.split(".")[1]
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return float(found["exp"])


def asking_again(heard: Callable[[str | None], None]) -> Any:
    """A policy of azure-core's that tells `heard` the time of each answer, and asks once more after a 401: by then it
    is known that the clock was moved."""
    from azure.core.pipeline import PipelineRequest, PipelineResponse
    from azure.core.pipeline.policies import HTTPPolicy

    class Again(HTTPPolicy[Any, Any]):
        def send(self, request: PipelineRequest[Any]) -> PipelineResponse[Any, Any]:
            response = self.next.send(request)
            heard(response.http_response.headers.get("Date"))
            if response.http_response.status_code == 401:
                response = self.next.send(request)
            return response

    return Again()
