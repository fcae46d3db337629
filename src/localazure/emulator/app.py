"""The local Azure as one ASGI application: blobs by host, data planes by path, everything else is ARM."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

from . import control, login, operation_urls, run_history, seed
from .access import Access
from .arm import chain, lifecycle
from .arm.errors import ArmError
from .arm.exchange import Exchange
from .blobs import Blobs
from .clock import Clock
from .cloud import Cloud
from .environments import Environments
from .faults import Faults
from .identity import Identity
from .jobs import Jobs
from .operations import Operations
from .processes import Processes
from .scoring import Scoring
from .settings import Settings
from .tables import load
from .tracking import Tracking
from .types import catalogue

if TYPE_CHECKING:
    from .store import Store

_ARM = ("/subscriptions", "/providers", "/tenants")


def build(home: Path, store: Store, settings: Settings) -> Cloud:
    """Put a cloud together; nothing runs yet."""
    clock = Clock(store)
    cloud = Cloud.__new__(Cloud)
    cloud.home, cloud.settings, cloud.store, cloud.clock = home, settings, store, clock
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
    await lifecycle.recover(cloud)


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
        planes = [
            *login.routes(cloud),
            *control.routes(cloud),
            *cloud.scoring.routes(),
            *cloud.tracking.routes(),
            *run_history.RunHistory(cloud).routes(),
            *cloud.jobs.routes(),
            *cloud.blobs.routes(),
        ]
        self._planes = Router(planes, redirect_slashes=False, default=_no_such_plane)
        self._operations = Router(operation_urls.routes(cloud), redirect_slashes=False, default=self._arm)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["app"] = self
        host = next((value for name, value in scope.get("headers", ()) if name == b"host"), b"").decode("latin-1")
        if host.split(":", 1)[0].lower().endswith(self._blob_hosts):
            await self._cloud.blobs.gate(scope, receive, send)
        elif (
            scope["path"].startswith(_ARM)
            or "/providers/microsoft." in scope["path"].lower()
            and not _is_plane(scope["path"])
        ):
            await self._faulty(scope, receive, send)
        else:
            await self._planes(scope, receive, send)

    async def _faulty(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A fault rule that matches goes before the request."""
        fault = self._cloud.faults.take(scope["method"], scope["path"])
        if fault is None:
            await self._operations(scope, receive, send)
        elif fault.kind == "status":
            code = "TooManyRequests" if fault.status == 429 else "ServiceUnavailable"
            body = ArmError(fault.status, code, "A fault of the rehearsal.").body()
            await _json(fault.status, body, {"Retry-After": str(fault.retryAfter)})(scope, receive, send)
        elif fault.kind == "drop":
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1000")]})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        elif fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self._operations(scope, receive, send)
        else:
            with self._cloud.operations.sabotaged(fault.kind):
                await self._operations(scope, receive, send)

    async def _arm(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        exchange = Exchange(
            method=request.method,
            path=unquote(scope["path"]).rstrip("/") or "/",
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            raw=await request.body(),
        )
        reply = await chain.answer(self._cloud, exchange)
        await _json(reply.status, reply.body, {**chain.request_headers(), **reply.headers})(scope, receive, send)


def _is_plane(path: str) -> bool:
    return path.startswith(
        (
            "/mlflow/",
            "/mferp/",
            "/history/",
            "/discovery",
            "/data/",
            "/modelregistry/",
            "/inference/",
            "/localazure/",
            "/registry",
        )
    )


def _json(status: int, body: Any, headers: dict[str, str]) -> Response:
    if body is None:
        return Response(status_code=status, headers=headers)
    content = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
    return Response(content, status, headers, "application/json; charset=utf-8")


async def _no_such_plane(scope: Scope, receive: Receive, send: Send) -> None:
    text = f"The local Azure serves nothing at {scope['path']}; docs/reference/coverage.md lists what it has."
    await _json(501, ArmError(501, "NotImplemented", text).body(), {})(scope, receive, send)
