"""The local Azure as one ASGI application: blobs by host, data planes by path, everything else is ARM."""

from __future__ import annotations

import json
import sqlite3
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from . import control, login, operation_urls, run_history, seed
from .access import Access
from .arm import chain, work
from .arm.errors import ArmError
from .arm.exchange import Exchange
from .clock import Clock
from .cloud import Cloud
from .environments import Environments
from .fault_layer import MODE, FaultLayer
from .faults import Faults
from .identity import Identity
from .jobs import Jobs
from .monitor import log_queries
from .monitor.activity import Activity
from .operations import Operations
from .processes import Processes
from .registry_plane import RegistryPlane
from .scoring import Scoring
from .settings import Settings
from .storage.accounts import Accounts
from .storage.blobs import Blobs
from .tables import load
from .trace import SEEN, Trace
from .tracking import Tracking
from .tracking.proxy import Proxy
from .types import catalogue
from .vault import VaultPlane

if TYPE_CHECKING:
    from .store import Store

_ARM, _SCORING = ("/subscriptions", "/providers", "/tenants"), "/inference/"


def build(home: Path, store: Store, settings: Settings, *, serving: bool = True) -> Cloud:
    """Put a cloud together; nothing runs yet."""
    clock = Clock(store)
    cloud = Cloud(home, settings, store, clock)
    cloud.identity, cloud.access = Identity(store, settings, clock), Access(store, clock)
    cloud.processes, cloud.accounts = Processes(store), Accounts(store)
    cloud.environments = Environments(home, cloud.processes)
    cloud.blobs, cloud.tracking = Blobs(cloud), Tracking(cloud)
    cloud.tables, cloud.types = load(), catalogue.discover()
    cloud.operations = Operations(store, settings, clock)
    cloud.faults = Faults(store)
    cloud.trace, cloud.activity = Trace(clock), Activity(store, clock, settings)
    cloud.operations.on_end = cloud.activity.ended
    cloud.jobs, cloud.scoring = Jobs(cloud), Scoring(cloud, serves=serving)
    return cloud


async def start(cloud: Cloud) -> None:
    """Start the services, end what an earlier emulator left, and take up what was running."""
    seed.seed(cloud)
    for service in (cloud.processes, cloud.blobs, cloud.environments, cloud.tracking, cloud.jobs, cloud.scoring):
        await service.start()
    await work.recover(cloud)


async def stop(cloud: Cloud) -> None:
    """End the services in the opposite order; what was answered stays."""
    await cloud.operations.stop()
    for service in (cloud.scoring, cloud.jobs, cloud.tracking, cloud.environments, cloud.blobs, cloud.processes):
        await service.stop()
    cloud.store.close()


class App:
    """Tells requests apart and hands them on."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._date = (0, b"")
        planes: list[BaseRoute] = [
            *cloud.scoring.routes(),
            *Proxy(cloud, cloud.tracking).routes(),
            *run_history.RunHistory(cloud).routes(),
            *RegistryPlane(cloud).routes(),
            *log_queries.routes(cloud),
        ]
        self._faults = FaultLayer(cloud, _json)
        own = [*login.routes(cloud), *control.routes(cloud, self._faults)]
        self._own = Router(own, redirect_slashes=False, default=self._traced)
        self._planes = Router(planes, redirect_slashes=False, default=_no_such_plane)
        self._operations = Router(operation_urls.routes(cloud), redirect_slashes=False, default=self._arm)
        self._hosts: dict[str, ASGIApp] = {
            f".blob.{cloud.settings.storage_suffix}": cloud.blobs.gate,
            f".{cloud.settings.vault_suffix}": VaultPlane(cloud),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [header for header in message.get("headers", ()) if header[0].lower() != b"date"]
                message = {**message, "headers": [*kept, (b"date", self._now())]}
            await send(message)

        try:
            await self._answer(scope, receive, dated)
        except sqlite3.Error as problem:
            text = f"The local Azure could not write its state: {problem}. Nothing was changed; is the disk full?"
            await _json(507, ArmError(507, "InsufficientStorage", text).body(), {})(scope, receive, dated)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = next((value for name, value in scope.get("headers", ()) if name == b"host"), b"").decode("latin-1")
        name = host.split(":", 1)[0].lower()
        for ending, plane in self._hosts.items():
            if name.endswith(ending):
                return await self._seen(plane, scope, receive, send, host=name)
        if scope["path"].lower().startswith(_ARM):
            return await self._traced(scope, receive, send)
        return await self._own(scope, receive, send)

    async def _traced(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ARM and the data planes at our own address; tokens, metadata and the control API don't come by here."""
        if scope["path"].startswith(_SCORING):  # so many that the trace would hold nothing else
            return await self._faults.around(self._planes, scope, receive, send)
        arm = scope["path"].lower().startswith(_ARM)
        return await self._seen(self._operations if arm else self._planes, scope, receive, send)

    async def _seen(self, inner: ASGIApp, scope: Scope, receive: Receive, send: Send, *, host: str = "") -> None:
        """With the request in the trace, and wrong where a fault rule wants it."""
        query = scope["query_string"].decode("latin-1")
        seen = self._cloud.trace.begin(scope["method"], host, scope["path"], query)
        scope[SEEN] = seen

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen.status = message["status"]
            await send(message)

        await self._faults.around(inner, scope, receive, noted, host=host)

    async def _arm(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        exchange = Exchange(
            method=request.method,
            path=scope["path"].rstrip("/") or "/",
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            raw=await request.body(),
            operation_mode=scope.get(MODE),
        )
        reply = await chain.answer(self._cloud, exchange)
        if exchange.principal is not None:
            scope[SEEN].caller = exchange.principal.object_id
        headers = {**chain.request_headers(exchange), **reply.headers}
        self._cloud.activity.note(exchange, reply, headers)
        await _json(reply.status, reply.body, headers)(scope, receive, send)

    def _now(self) -> bytes:
        """The emulator's time as the header `Date` has it, made anew once a second."""
        now = int(self._cloud.clock.now())
        if self._date[0] != now:
            self._date = (now, formatdate(now, usegmt=True).encode())
        return self._date[1]


def _json(status: int, body: Any, headers: dict[str, str]) -> Response:
    if body is None:
        return Response(status_code=status, headers=headers)
    content = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(content, status, headers, "application/json; charset=utf-8")


async def _no_such_plane(scope: Scope, receive: Receive, send: Send) -> None:
    text = f"The local Azure serves nothing at {scope['path']}; docs/reference/coverage.md lists what it has."
    await _json(501, ArmError(501, "NotImplemented", text).body(), {})(scope, receive, send)
