"""Azure Resource Manager by plain requests, repeated where a repetition helps, waited for where they run long.

Source: ARM's resource provider contract, "Asynchronous operations"; azure-core's retry policy, which honours
Retry-After.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from amlops.errors import AmlopsError

from .clock import ServerClock
from .rehearsed import asking_again

if TYPE_CHECKING:
    from azure.core import PipelineClient
    from azure.core.credentials import TokenCredential

PATIENCE = 3600.0
"""Seconds after which an operation that doesn't end is given up; a managed network may take half of it."""

_RUNNING = ("InProgress", "Running", "Accepted", "Creating", "Updating", "Deleting")


class AzureRefused(AmlopsError):
    """An answer above 399, or an operation that ended badly. `code` is the service's own word for it."""

    def __init__(self, doing: str, status: int, code: str, said: str) -> None:
        self.status, self.code = status, code
        super().__init__(f"Azure refused {doing}: {code}: {said}")


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is {} where there is none, and `{"value": …}` for what is no object."""

    status: int
    body: dict[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Channel:
    """One service that takes bearer tokens: its address, the token's scope, and how it is reached."""

    endpoint: str
    credential: TokenCredential
    scope: str
    ca: str | None = None
    proxy: str | None = None
    local: bool = False
    heard: Callable[[str | None], None] = lambda _: None

    @cached_property
    def pipeline(self) -> PipelineClient[Any, Any]:
        """Repeats 429, 5xx and lost connections; for a local Azure that has ended it gives up within seconds.

        `heard` is told the `Date` of each answer of a local Azure.
        """
        from azure.core import PipelineClient
        from azure.core.pipeline.policies import BearerTokenCredentialPolicy, ProxyPolicy, RetryPolicy
        from azure.core.pipeline.transport import RequestsTransport

        verify = {"connection_verify": self.ca} if self.ca else {}
        transport = RequestsTransport(use_env_settings=not self.local, **verify)
        retry = RetryPolicy(
            retry_total=10,
            retry_connect=3,
            retry_read=5,
            retry_status=8,
            retry_backoff_factor=0.5,
            retry_backoff_max=30,
        )
        first: list[Any] = [ProxyPolicy(proxies={"https": self.proxy})] if self.proxy else []
        if self.local:
            first.append(asking_again(self.heard))
        policies = [*first, retry, BearerTokenCredentialPolicy(self.credential, self.scope)]
        return PipelineClient(self.endpoint, policies=policies, transport=transport)

    def send(self, method: str, url: str, query: Mapping[str, str] | None = None, body: Any = None) -> Answer:
        """One request; `url` is a path or an address that the service gave. Raises AmlopsError where none answers."""
        from azure.core.exceptions import AzureError, ClientAuthenticationError
        from azure.core.rest import HttpRequest

        address = url if url.startswith("https://") else f"{self.endpoint}{url}"
        given: dict[str, Any] = {} if body is None else {"json": body}
        if query:
            given["params"] = dict(query)
        try:
            response = self.pipeline.send_request(HttpRequest(method, address, **given))
        except ClientAuthenticationError as error:
            raise AmlopsError(f"Azure knows nobody here: {_line(error)}; log in, or name a federated token") from None
        except AzureError as error:
            raise AmlopsError(f"Azure did not answer {method} {url.partition('?')[0]}: {_line(error)}") from None
        return Answer(response.status_code, _body(response.text()), response.headers)


class Arm:
    """ARM as one credential sees it. `clock` hears of every answer."""

    def __init__(self, channel: Channel, clock: ServerClock) -> None:
        self._channel, self._clock = channel, clock

    def get(self, id: str, api_version: str, **query: str) -> dict[str, Any] | None:
        """A resource or a list; None where there is none. Raises AzureRefused."""
        answer = self._send("GET", id, {"api-version": api_version, **query})
        return None if answer.status == 404 or not answer.body else answer.body

    def follow(self, link: str) -> dict[str, Any] | None:
        """The next page of a list, by the address that the one before gave."""
        return self._send("GET", link, {}).body or None

    def write(self, method: str, id: str, api_version: str, body: Any = None, **query: str) -> Answer:
        """PUT, PATCH, POST or DELETE, waited for. Raises AzureRefused; a DELETE of what isn't there is an answer (404).

        The answer's body is that of a POST, or the resource after a PUT or PATCH.
        """
        answer = self._send(method, id, {"api-version": api_version, **query}, body, missing=method == "DELETE")
        last = self._wait(method, id, answer)
        if method in ("PUT", "PATCH") and (last is not answer or _state(answer.body) in _RUNNING):
            return Answer(answer.status, self._settled(method, id, api_version), answer.headers)
        return Answer(answer.status, last.body, answer.headers)

    def _wait(self, method: str, id: str, answer: Answer) -> Answer:
        follow = answer.headers.get("Azure-AsyncOperation") or answer.headers.get("Location")
        if answer.status not in (200, 201, 202) or not follow:
            return answer
        deadline, last = time.monotonic() + PATIENCE, answer
        while True:
            _pause(method, id, last, deadline)
            last = self._send("GET", follow, {})
            if last.status == 404 and method == "DELETE":
                return last
            status = str(last.body.get("status") or "Succeeded")
            if status in ("Failed", "Canceled"):
                error = last.body.get("error") or {}
                said = str(error.get("message") or f"it ended as {status}")
                raise AzureRefused(f"{method} {id}", last.status, str(error.get("code") or status), said)
            if last.status in (200, 204) and status not in _RUNNING:
                return last

    def _settled(self, method: str, id: str, api_version: str) -> dict[str, Any]:
        """The resource, once its own state says that it is made."""
        deadline = time.monotonic() + PATIENCE
        while True:
            answer = self._send("GET", id, {"api-version": api_version}, missing=False)
            state = _state(answer.body)
            if state in ("Failed", "Canceled"):
                raise AzureRefused(f"{method} {id}", answer.status, state, f"the resource ended as {state}")
            if state not in _RUNNING:
                return answer.body
            _pause(method, id, answer, deadline)

    def _send(
        self, method: str, url: str, query: Mapping[str, str], body: Any = None, *, missing: bool = True
    ) -> Answer:
        answer = self._channel.send(method, url, query, body)
        self._clock.heard(answer.headers.get("Date"))
        if answer.status >= 400 and not (missing and answer.status == 404 and method in ("GET", "DELETE")):
            raise refused(f"{method} {url.partition('?')[0]}", answer)
        return answer

    def ask_time(self) -> None:
        """The list of tenants: small, and any caller may see it."""
        self._send("GET", "/tenants", {"api-version": "2022-12-01"})


def refused(doing: str, answer: Answer) -> AzureRefused:
    """An answer above 399 as an error, with the service's own code and words."""
    error = answer.body.get("error")
    found = error if isinstance(error, Mapping) else {}
    said = str(found.get("message") or error or "it gives no reason")
    return AzureRefused(doing, answer.status, str(found.get("code") or answer.status), said)


def _pause(method: str, id: str, answer: Answer, deadline: float) -> None:
    try:
        asked = float(answer.headers.get("Retry-After", "1"))
    except ValueError:
        asked = 1.0
    if time.monotonic() + asked > deadline:
        raise AmlopsError(f"{method} {id} did not end within {PATIENCE / 60:.0f} minutes; look at it in Azure")
    time.sleep(asked)


def _state(body: Mapping[str, Any]) -> str:
    properties = body.get("properties")
    return str(properties.get("provisioningState") or "") if isinstance(properties, Mapping) else ""


def _line(error: Exception) -> str:
    return str(error).partition("\n")[0].rstrip(".")


def _body(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {"value": found}
