"""Requests to ARM with a token: read, write and wait, delete and wait, act."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from localazure.pulumi.arm import operations
from localazure.pulumi.arm.credential import Credential
from localazure.pulumi.arm.settings import Settings
from localazure.pulumi.arm.transport import Answer, Deadline, Transport, retry_after
from localazure.pulumi.errors import ArmError

PROVIDERS_VERSION = "2021-04-01"
USER_AGENT = "localazure-pulumi-adapter"
_AS_IT_IS = "/%:@$&'()*+,;=!~"


class ArmClient:
    """ARM as one service principal sees it; many threads may use it at once."""

    def __init__(self, settings: Settings, transport: Transport, credential: Credential) -> None:
        self.settings = settings
        self._transport = transport
        self._credential = credential

    def without_cancellation(self) -> ArmClient:
        """The same client for what must still be done after the engine has cancelled."""
        return ArmClient(self.settings, self._transport.without_cancellation(), self._credential)

    def read(self, path: str, api_version: str, deadline: Deadline, query: Mapping[str, str] | None = None) -> Any:
        """GET. None where there is nothing (404). Raises `ArmError` on every other refusal."""
        answer = self._send("GET", self._url(path, api_version, query), None, deadline)
        if answer.status == 404:
            return None
        if answer.status not in (200, 204):
            raise answer.error()
        return answer.body

    def get(self, path: str, api_version: str, deadline: Deadline, query: Mapping[str, str] | None = None) -> Any:
        """GET of something that must be there. Raises `ArmError`, 404 included."""
        answer = self._send("GET", self._url(path, api_version, query), None, deadline)
        if answer.status != 200:
            raise answer.error()
        return answer.body

    def act(
        self, path: str, api_version: str, body: Any, deadline: Deadline, query: Mapping[str, str] | None = None
    ) -> Any:
        """POST of an action; waits where it runs long."""
        answer = self._send("POST", self._url(path, api_version, query), body, deadline)
        if answer.status not in (200, 201, 202, 204):
            raise answer.error()
        operation = operations.started(answer)
        return answer.body if operation is None else self._wait(operation, answer, deadline).body

    def begin_write(
        self,
        method: str,
        path: str,
        api_version: str,
        body: Mapping[str, Any],
        deadline: Deadline,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """PUT or PATCH. From here on the resource may exist. Raises `ArmError` where ARM refuses."""
        answer = self._send(method, self._url(path, api_version, query), body, deadline)
        if answer.status not in (200, 201, 202):
            raise answer.error()
        return answer

    def finish_write(self, answer: Answer, path: str, api_version: str, deadline: Deadline) -> None:
        """Wait until what `begin_write` began is done. Raises `ArmError` where it failed."""
        operation = operations.started(answer)
        if operation is not None:
            answer = self._wait(operation, answer, deadline)
        pause: float | None = 0.0
        while operations.provisioning(answer):
            self._transport.pause(operations.POLL_SECONDS if pause is None else pause, deadline)
            answer = self._send("GET", self._url(path, api_version), None, deadline)
            if answer.status != 200:
                raise answer.error()
            pause = retry_after(answer.headers)
        operations.check_provisioning(answer)

    def delete(self, path: str, api_version: str, deadline: Deadline, query: Mapping[str, str] | None = None) -> None:
        """DELETE and wait until it is gone. What is not there is gone."""
        answer = self._send("DELETE", self._url(path, api_version, query), None, deadline)
        if answer.status == 404:
            return
        if answer.status not in (200, 202, 204):
            raise answer.error()
        operation = operations.started(answer)
        if operation is None:
            return
        try:
            self._wait(operation, answer, deadline)
        except ArmError as error:
            if error.status != 404:
                raise

    def _wait(self, operation: operations.Operation, began: Answer, deadline: Deadline) -> Answer:
        url = urljoin(f"{self.settings.endpoint}/", operation.url)
        answer, pause = began, 0.0
        while True:
            self._transport.pause(pause, deadline)
            answer = self._send("GET", url, None, deadline)
            if operations.finished(operation, answer):
                return answer
            asked = retry_after(answer.headers)
            pause = operations.POLL_SECONDS if asked is None else asked

    def _send(self, method: str, url: str, body: Any, deadline: Deadline) -> Answer:
        payload = None if body is None else json.dumps(body).encode()
        answer = self._authorized(method, url, payload, deadline, renew=False)
        if answer.status == 401:
            answer = self._authorized(method, url, payload, deadline, renew=True)
        if answer.status == 409 and answer.error().code == "MissingSubscriptionRegistration":
            self._register(url, deadline)
            answer = self._authorized(method, url, payload, deadline, renew=False)
        return answer

    def _authorized(self, method: str, url: str, payload: bytes | None, deadline: Deadline, *, renew: bool) -> Answer:
        headers = {
            "Authorization": f"Bearer {self._credential.token(renew=renew).text}",
            "Accept": "application/json",
            "User-Agent": USER_AGENT,
        }
        if payload is not None or method == "POST":
            headers["Content-Type"] = "application/json"
        return self._transport.send(method, url, headers=headers, body=payload, deadline=deadline)

    def _register(self, url: str, deadline: Deadline) -> None:
        """Register the subscription with the resource provider of the refused request, and wait until it is."""
        segments = urlsplit(url).path.split("/")
        namespace = segments[len(segments) - 1 - segments[::-1].index("providers") + 1]
        base = f"/subscriptions/{self.settings.subscription_id}/providers/{namespace}"
        answer = self._authorized("POST", self._url(f"{base}/register", PROVIDERS_VERSION), None, deadline, renew=False)
        while answer.status == 200 and str(answer.body.get("registrationState")).lower() != "registered":
            self._transport.pause(operations.POLL_SECONDS, deadline)
            answer = self._authorized("GET", self._url(base, PROVIDERS_VERSION), None, deadline, renew=False)
        if answer.status != 200:
            raise answer.error()

    def _url(self, path: str, api_version: str, query: Mapping[str, str] | None = None) -> str:
        arguments = urlencode({**(query or {}), "api-version": api_version})
        return f"{self.settings.endpoint}{quote(path, safe=_AS_IT_IS)}?{arguments}"
