"""The data plane of online endpoints, `/inference/{region}/{endpoint}/…`: who may, which deployment, what it answered.

Statuses and headers as Azure's front has them. Source: how-to-troubleshoot-online-endpoints, HTTP status codes.
"""

from __future__ import annotations

import asyncio
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from .. import private_link
from ..store import Body, Resource
from . import credentials, names
from .balance import Copies, Shares
from .deployment import Deployment
from .requests import Requests, Served
from .upstream import Answer, Headers, UpstreamError, request

if TYPE_CHECKING:
    from ..workshop import Workshop

_PATIENCE = 60.0  # seconds that a request waits for a deployment that is starting
_AGAIN = 0.02  # seconds until a server that can't be reached is tried anew
_REASON, _MODEL_STATUS = b"ms-azureml-model-error-reason", b"ms-azureml-model-error-statuscode"
_DEPLOYMENT, _REQUEST_ID, _CLIENT_ID = b"azureml-model-deployment", b"x-request-id", b"x-ms-client-request-id"
_HOP_BY_HOP = {b"connection", b"keep-alive", b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
_NOT_SENT_ON = _HOP_BY_HOP | {
    b"host",
    b"content-length",
    b"expect",
    b"authorization",
    _DEPLOYMENT,
    _REQUEST_ID,
    _CLIENT_ID,
}
_NOT_SENT_BACK = _HOP_BY_HOP | {b"content-length", _REQUEST_ID, b"x-ms-request-id", b"server", b"date"}
_NOT_IN_ID = re.compile(rb"[^A-Za-z0-9_-]")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is answered, and by whom."""

    status: int
    headers: Headers
    body: bytes
    deployment: str = ""
    model_status: int | None = None


class Refused(Exception):
    """An answer of the front's own."""

    def __init__(self, status: int, text: str = "", reason: str = "", deployment: str = "") -> None:
        super().__init__(text)
        headers: Headers = [(b"content-type", b"text/plain")]
        if reason:
            headers.append((_REASON, reason.encode()))
        if deployment:
            headers.append((_DEPLOYMENT, deployment.encode()))
        self.outcome = Outcome(status, headers, text.encode(), deployment)


class Front:
    """An ASGI application. `deployments` is by resource id in lower case, and changes under its hands."""

    def __init__(self, cloud: Workshop, deployments: Mapping[str, Deployment], requests: Requests) -> None:
        self._cloud, self._deployments, self._requests = cloud, deployments, requests
        self._holders = names.Holders(cloud.store)
        self._shares: dict[str, Shares] = {}
        self._copies: dict[str, Copies] = {}
        self._mirrored: set[asyncio.Task[None]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise NotImplementedError(f"an online endpoint takes HTTP requests only, not {scope['type']}")
        began, body = time.perf_counter(), await _body(receive)
        identity = [(_REQUEST_ID, str(uuid.uuid4()).encode())]
        endpoint: Resource | None = None
        try:
            endpoint, path = self._endpoint(scope)
            outcome = await self._answer(endpoint, path, scope, body, identity)
        except Refused as refused:
            outcome = refused.outcome
        if endpoint is not None:
            self._note(endpoint, outcome, began, _described(scope, body, identity))
        length = (b"content-length", b"%d" % len(outcome.body))
        headers = [*outcome.headers, *identity, length]
        await send({"type": "http.response.start", "status": outcome.status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else outcome.body})

    async def stop(self) -> None:
        for task in self._mirrored:
            task.cancel()

    # -- inside --------------------------------------------------------------------------------------------------------

    def _endpoint(self, scope: Scope) -> tuple[Resource, bytes]:
        raw: bytes = scope.get("raw_path") or scope["path"].encode()
        parts = raw.split(b"/inference/", 1)[-1].split(b"/", 2)
        if len(parts) < 2:
            raise Refused(404)
        endpoint = self._holders.get(parts[0].decode("latin-1"), parts[1].decode("latin-1"))
        if endpoint is None:
            raise Refused(404, f"There is no online endpoint '{parts[1].decode('latin-1')}' in this region.")
        target = b"/" + (parts[2] if len(parts) > 2 else b"")
        return endpoint, target + (b"?" + scope["query_string"] if scope["query_string"] else b"")

    async def _answer(self, endpoint: Resource, path: bytes, scope: Scope, body: bytes, identity: Headers) -> Outcome:
        headers: Headers = scope["headers"]
        given = dict(headers)
        self._require_network(endpoint)
        try:
            credentials.check(self._cloud, endpoint, given)
        except credentials.Unauthorized as refused:
            raise Refused(refused.status, refused.code) from refused
        if client := _NOT_IN_ID.sub(b"", given.get(_CLIENT_ID, b""))[:40]:
            identity.append((_CLIENT_ID, client))
        kept = [header for header in headers if header[0] not in _NOT_SENT_ON]
        message = request(scope["method"].encode(), path, [*kept, *identity], body)
        named = given.get(_DEPLOYMENT, b"").decode("latin-1")
        name = named or self._next(endpoint)
        if not named:
            self._mirror(endpoint, message, _described(scope, body, identity))
        return await self._ask(self._deployment(endpoint, name), name, message)

    def _require_network(self, endpoint: Resource) -> None:
        """One without public access is reached through its workspace's private endpoint.

        Source: concept-secure-online-endpoint, "Secure inbound scoring requests"; it tells no words of a refusal.
        """
        workspace = endpoint.id.parent
        assert workspace is not None, "an endpoint lies in a workspace"
        if private_link.is_closed(endpoint) and not private_link.leads_to(
            self._cloud.store, workspace, private_link.WORKSPACE
        ):
            raise Refused(403, "Public network access is disabled, and no approved private endpoint leads here.")

    def _next(self, endpoint: Resource) -> str:
        weights: Mapping[str, int] = endpoint.properties.get("traffic") or {}
        name = self._shares.setdefault(endpoint.id.key, Shares()).next(weights)
        if name is None:
            raise Refused(404, "The endpoint has no deployment with positive weight.")
        return name

    def _deployment(self, endpoint: Resource, name: str) -> Deployment:
        resource_id = endpoint.id.child("deployments", name)
        found = self._deployments.get(resource_id.key)
        if found is not None:
            return found
        if self._cloud.store.get(resource_id) is None:
            raise Refused(404, f"The endpoint has no deployment '{name}'.")
        raise Refused(503, "The deployment does not serve.", "model_not_ready", name)

    def _mirror(self, endpoint: Resource, message: bytes, asked: Body) -> None:
        """Send a copy whose answer nobody waits for."""
        for name, percent in (endpoint.properties.get("mirrorTraffic") or {}).items():
            if percent and self._copies.setdefault(endpoint.id.key, Copies()).next(percent):
                task = asyncio.get_running_loop().create_task(self._copy(endpoint, name, message, asked))
                self._mirrored.add(task)
                task.add_done_callback(self._mirrored.discard)

    async def _copy(self, endpoint: Resource, name: str, message: bytes, asked: Body) -> None:
        began = time.perf_counter()
        try:
            outcome = await self._ask(self._deployment(endpoint, name), name, message)
        except Refused as refused:
            outcome = refused.outcome
        self._note(endpoint, outcome, began, asked, mirrored=True)

    async def _ask(self, deployment: Deployment, name: str, message: bytes) -> Outcome:
        if deployment.pending >= deployment.spec.pending:
            raise Refused(429, "", "too_many_pending_request", name)
        deployment.pending += 1
        try:
            answer = await self._first_answer(deployment, name, message)
        finally:
            deployment.pending -= 1
        headers = [header for header in answer.headers if header[0] not in _NOT_SENT_BACK]
        headers.append((_DEPLOYMENT, name.encode()))
        if answer.status == 200:
            return Outcome(200, headers, answer.body, name, 200)
        headers += [(_REASON, b"model_error"), (_MODEL_STATUS, b"%d" % answer.status)]
        return Outcome(424, headers, answer.body, name, answer.status)

    async def _first_answer(self, deployment: Deployment, name: str, message: bytes) -> Answer:
        """The answer of the server that serves. A request that reached none is sent anew: nobody has seen it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE
        while True:
            server = deployment.serving
            if server is None:
                try:
                    async with asyncio.timeout_at(until):
                        server = await deployment.server()
                except TimeoutError:
                    raise Refused(503, "The deployment does not serve.", "model_not_ready", name) from None
            try:
                async with asyncio.timeout(deployment.spec.timeout):
                    return await server.answer(message)
            except TimeoutError:
                raise Refused(408, "upstream request timeout", "", name) from None
            except UpstreamError as error:
                if error.sent or loop.time() >= until:
                    raise Refused(502, str(error), "model_error", name) from error
            await asyncio.sleep(_AGAIN)

    def _note(self, endpoint: Resource, outcome: Outcome, began: float, asked: Body, *, mirrored: bool = False) -> None:
        self._requests.add(
            Served(
                self._cloud.clock.now(),
                endpoint.id.key,
                outcome.deployment,
                outcome.status,
                outcome.model_status,
                time.perf_counter() - began,
                mirrored,
                sent=len(outcome.body),
                **asked,
            )
        )


def _described(scope: Scope, body: bytes, identity: Headers) -> Body:
    """What the log of a request holds of the request itself."""
    given, ids = dict(scope["headers"]), dict(identity)
    below = scope["path"].split("/inference/", 1)[-1].split("/", 2)[2:]
    return {
        "method": scope["method"],
        "path": f"/{''.join(below)}"[:200],
        "request_id": ids[_REQUEST_ID].decode(),
        "client_request_id": ids.get(_CLIENT_ID, b"").decode(),
        "user_agent": given.get(b"user-agent", b"").decode("latin-1")[:200],
        "received": len(body),
    }


async def _body(receive: Receive) -> bytes:
    message = await receive()
    first: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return first
    pieces = [first]
    while message.get("more_body"):
        message = await receive()
        pieces.append(message.get("body", b""))
    return b"".join(pieces)
