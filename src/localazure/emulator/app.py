"""The local Azure as one ASGI application: blobs by host, data planes by path, everything else is ARM."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Router
from starlette.types import Receive, Scope, Send

from . import control, login, operation_urls, run_history, seed
from .access import Access
from .arm import chain, work
from .arm.errors import ArmError
from .arm.exchange import Exchange
from .clock import Clock
from .cloud import Cloud
from .connection import drop
from .environments import Environments
from .faults import Faults
from .identity import Identity
from .jobs import Jobs
from .operations import Operations
from .processes import Processes
from .scoring import Scoring
from .settings import Settings
from .storage.blobs import Blobs
from .tables import load
from .tracking import Tracking
from .types import catalogue

if TYPE_CHECKING:
    from .store import Store

_ARM = ("/subscriptions", "/providers", "/tenants")


def build(home: Path, store: Store, settings: Settings) -> Cloud:
    """Put a cloud together; nothing runs yet."""
    clock = Clock(store)
    cloud = Cloud(home, settings, store, clock)
    cloud.tables, cloud.types = load(), catalogue.discover()
    cloud.operations = Operations(store, settings, clock)
    cloud.faults = Faults(store)
    cloud.identity = Identity(store, settings, clock)
    cloud.access = Access(store, clock)
    cloud.processes = Processes(cloud)
    cloud.blobs = Blobs(cloud)
    cloud.environments = Environments(cloud)
    cloud.tracking = Tracking(cloud)
    cloud.jobs = Jobs(cloud)
    cloud.scoring = Scoring(cloud)
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
        self._blob_hosts = f".blob.{cloud.settings.storage_suffix}"
        planes: list[BaseRoute] = [
            *cloud.scoring.routes(),
            *cloud.tracking.routes(),
            *run_history.RunHistory(cloud).routes(),
            *cloud.jobs.routes(),
            *cloud.blobs.routes(),
        ]
        own = [*login.routes(cloud), *control.routes(cloud)]
        self._own = Router(own, redirect_slashes=False, default=self._faulty)
        self._planes = Router(planes, redirect_slashes=False, default=_no_such_plane)
        self._operations = Router(operation_urls.routes(cloud), redirect_slashes=False, default=self._arm)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        try:
            await self._answer(scope, receive, send)
        except sqlite3.Error as problem:
            text = f"The local Azure could not write its state: {problem}. Nothing was changed; is the disk full?"
            await _json(507, ArmError(507, "InsufficientStorage", text).body(), {})(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = next((value for name, value in scope.get("headers", ()) if name == b"host"), b"").decode("latin-1")
        if host.split(":", 1)[0].lower().endswith(self._blob_hosts):
            await self._cloud.blobs.gate(scope, receive, send)
        elif scope["path"].lower().startswith(_ARM):
            await self._faulty(scope, receive, send)
        else:
            await self._own(scope, receive, send)

    async def _faulty(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A fault rule that matches goes before the request; the token endpoint and the control API have none."""
        fault = self._cloud.faults.take(scope["method"], scope["path"])
        if fault is None:
            return await self._serve(scope, receive, send)
        match fault.kind:
            case "status":
                code = "TooManyRequests" if fault.status == 429 else "ServiceUnavailable"
                body = ArmError(fault.status, code, "A fault of the rehearsal.").body()
                return await _json(fault.status, body, {"Retry-After": str(fault.retryAfter)})(scope, receive, send)
            case "drop":
                return await drop(scope, receive)
            case "slow":
                await self._cloud.clock.sleep(fault.seconds)
            case mode:
                scope["localazure.operation_mode"] = mode
        return await self._serve(scope, receive, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        arm = scope["path"].lower().startswith(_ARM)
        await (self._operations if arm else self._planes)(scope, receive, send)

    async def _arm(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        exchange = Exchange(
            method=request.method,
            path=scope["path"].rstrip("/") or "/",
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            raw=await request.body(),
            operation_mode=scope.get("localazure.operation_mode"),
        )
        reply = await chain.answer(self._cloud, exchange)
        await _json(reply.status, reply.body, {**chain.request_headers(), **reply.headers})(scope, receive, send)


def _json(status: int, body: Any, headers: dict[str, str]) -> Response:
    if body is None:
        return Response(status_code=status, headers=headers)
    content = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(content, status, headers, "application/json; charset=utf-8")


async def _no_such_plane(scope: Scope, receive: Receive, send: Send) -> None:
    text = f"The local Azure serves nothing at {scope['path']}; docs/reference/coverage.md lists what it has."
    await _json(501, ArmError(501, "NotImplemented", text).body(), {})(scope, receive, send)
