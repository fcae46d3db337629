"""Requests to GitHub's REST API at GitHub's pace.

Waits as asked to (`Retry-After`, `x-ratelimit-reset`), a minute where a secondary limit names no time, longer each time
where the server fails. Source: GitHub's "Rate limits" and "Best practices for using the REST API".
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from amlops.errors import AmlopsError

from .errors import GitHubRefused, NotAllowed, Unsure
from .tokens import Token

if TYPE_CHECKING:
    from requests import Response, Session

VERSION = "2022-11-28"
PATIENCE = 900.0
"""Seconds that one request may wait in all for limits and failures to pass."""
SECONDARY = 60.0
"""Seconds to wait at a secondary limit that names no time."""
FIRST, LONGEST = 1.0, 60.0
"""Seconds before the second try after a failure, doubled from then on."""
TIMEOUT = (10.0, 60.0)
"""Seconds to connect, and to wait for each part of an answer."""
SAFE = frozenset({"GET", "PUT", "PATCH", "DELETE"})
"""Methods that end the same when they are sent twice."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is the JSON, None where there is none. `next` is the path and query of the next page."""

    status: int
    body: Any
    date: datetime | None
    next: str | None


@dataclass(frozen=True)
class Transport:
    """`token` is asked for each request, since it may have been replaced. `pause` waits; tests put in one that only
    notes."""

    url: str
    token: Token = field(repr=False)
    pause: Callable[[float], None] = time.sleep

    def send(self, method: str, path: str, *, query: Mapping[str, Any] | None = None, body: Any = None) -> Answer:
        """One request, as often as it takes. Raises GitHubRefused, NotAllowed, Unsure and AmlopsError."""
        waited, failures = 0.0, 0
        while True:
            response, why = self._once(method, path, query, body)
            if response is not None and not _may_pass(response):
                return self._read(response, method, path)
            if response is not None and (asked := _limit(response)) is not None:
                wait = asked
            elif method in SAFE or (response is not None and response.status_code == 503):
                wait = min(FIRST * 2**failures, LONGEST)
                failures += 1
            else:
                raise Unsure(f"GitHub did not answer {method} {path}: {why}")
            if waited + wait > PATIENCE:
                raise AmlopsError(f"GitHub did not answer {method} {path} within {PATIENCE / 60:.0f} minutes: {why}")
            self.pause(wait)
            waited += wait

    def _once(self, method: str, path: str, query: Mapping[str, Any] | None, body: Any) -> tuple[Response | None, str]:
        """(the answer, what it said), or (None, why there is none)."""
        import requests

        url = path if path.startswith(self.url) else f"{self.url}{path}"
        data = None if body is None else json.dumps(body).encode()
        try:
            headers = {"Authorization": f"Bearer {self.token()}"}
            response = self._session.request(method, url, params=query, data=data, headers=headers, timeout=TIMEOUT)
        except requests.RequestException as error:
            return None, type(error).__name__
        return response, f"{response.status_code} {_said(response)}"

    def _read(self, response: Response, method: str, path: str) -> Answer:
        status = response.status_code
        if status == 403:
            raise NotAllowed(f"{method} {path}", status, _said(response))
        if status >= 400:
            raise GitHubRefused(f"{method} {path}", status, _said(response))
        body = response.json() if response.content else None
        return Answer(status, body, date_of(response.headers), response.links.get("next", {}).get("url"))

    @cached_property
    def _session(self) -> Session:
        import requests

        session = requests.Session()
        session.headers.update(
            {
                "Accept": "application/vnd.github+json",
                "Content-Type": "application/json",
                "User-Agent": "amlops",
                "X-GitHub-Api-Version": VERSION,
            }
        )
        return session


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """The server's time, to the second."""
    found = headers.get("Date")
    return parsedate_to_datetime(found).astimezone(UTC) if found else None


def _may_pass(response: Response) -> bool:
    return response.status_code >= 500 or _limit(response) is not None


def _limit(response: Response) -> float | None:
    """Seconds until the limit is over that this answer speaks of; None where it speaks of none."""
    headers = response.headers
    if response.status_code not in (403, 429, 503):
        return None
    if headers.get("Retry-After", "").isdigit():
        return max(float(headers["Retry-After"]), FIRST)
    if response.status_code == 503:
        return None
    if headers.get("x-ratelimit-remaining") == "0" and headers.get("x-ratelimit-reset", "").isdigit():
        now = date_of(headers)
        left = float(headers["x-ratelimit-reset"]) - now.timestamp() if now else SECONDARY
        return max(left, 0.0) + FIRST
    if response.status_code == 429 or "secondary rate limit" in response.text:
        return SECONDARY
    return None


def _said(response: Response) -> str:
    """GitHub's message with the errors of single fields; at a gateway's page its first words."""
    try:
        found = response.json()
        errors = [str(item.get("message") or item) if isinstance(item, dict) else str(item) for item in found["errors"]]
        return ": ".join(filter(None, [str(found.get("message", "")), "; ".join(errors)]))
    except (ValueError, TypeError, KeyError, AttributeError):
        pass
    try:
        return str(response.json()["message"])
    except (ValueError, TypeError, KeyError):
        return response.text[:200].strip() or response.reason
