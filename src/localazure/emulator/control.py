"""The control API of the local Azure itself (`/localazure/…`): what a test or the command line asks of it.

Guarded by a secret that lies in the emulator's home, never by Azure's tokens: no role of Azure's may reach it.
"""

from __future__ import annotations

import hmac
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import quota
from .arm.errors import ArmError
from .types.provider import REGISTRATION

if TYPE_CHECKING:
    from .cloud import Cloud

Handler = Callable[["Cloud", Any], dict[str, Any]]


def routes(cloud: Cloud) -> list[Route]:
    def guarded(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            given = request.headers.get("x-localazure-secret", "")
            if not hmac.compare_digest(given, cloud.settings.control_secret):
                return JSONResponse(
                    {"error": "x-localazure-secret is missing or wrong; it stands in the home's cloud.json"}, 403
                )
            asked = await request.json() if request.method in ("POST", "PUT") else None
            try:
                return JSONResponse(handler(cloud, asked))
            except KeyError as problem:
                return JSONResponse({"error": f"{problem} is missing"}, 400)
            except (ValueError, TypeError, ArmError) as problem:
                return JSONResponse({"error": str(problem)}, 400)
            except sqlite3.Error as problem:
                return JSONResponse({"error": f"the state can't be written: {problem}"}, 507)

        return endpoint

    change = ["GET", "PUT", "POST"]
    return [
        Route("/localazure/health", _health),
        Route("/localazure/status", guarded(_status)),
        Route("/localazure/principals", guarded(_principal), methods=["POST"]),
        Route("/localazure/issuers", guarded(_issuer), methods=["POST"]),
        Route("/localazure/clock", guarded(_clock), methods=change),
        Route("/localazure/faults", guarded(_faults), methods=change),
        Route("/localazure/operations", guarded(_operations), methods=change),
        Route("/localazure/access", guarded(_access), methods=change),
        Route("/localazure/registrations", guarded(_registration), methods=change),
        Route("/localazure/quotas", guarded(_quota), methods=change[1:]),
    ]


async def _health(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _status(cloud: Cloud, asked: Any) -> dict[str, Any]:
    return {
        "resources": [{"id": r.id.text, "state": r.state} for r in cloud.store.below("/subscriptions")],
        "deleted": sorted(cloud.store.records("deleted")),
        "processes": [{**found, "pid": int(pid)} for pid, found in cloud.store.records("process").items()],
        "clock": cloud.clock.view(),
        "operations": cloud.operations.mode,
    }


def _principal(cloud: Cloud, asked: Any) -> dict[str, Any]:
    """{"name"} → a service principal without roles."""
    return asdict(cloud.identity.register(str(asked["name"])))


def _issuer(cloud: Cloud, asked: Any) -> dict[str, Any]:
    """{"issuer", "publicKey"}: whose federated assertions are believed."""
    cloud.identity.trust(str(asked["issuer"]), str(asked["publicKey"]))
    return {"issuer": asked["issuer"]}


def _clock(cloud: Cloud, asked: Any) -> dict[str, Any]:
    """{"advanceSeconds"} moves the clock forward."""
    if asked is not None:
        cloud.clock.advance(float(asked["advanceSeconds"]))
    return cloud.clock.view()


def _faults(cloud: Cloud, asked: Any) -> dict[str, Any]:
    if asked is not None:
        cloud.faults.set(asked["rules"])
    return {"rules": cloud.faults.all()}


def _operations(cloud: Cloud, asked: Any) -> dict[str, Any]:
    """{"mode"}: at-once, real-time, real-time:SECONDS, polls:N."""
    if asked is not None:
        cloud.operations.set_mode(str(asked["mode"]))
    return {"mode": cloud.operations.mode}


def _access(cloud: Cloud, asked: Any) -> dict[str, Any]:
    """{"delaySeconds"}: how long a role assignment takes to be effective."""
    if asked is not None:
        cloud.access.set_delay(float(asked["delaySeconds"]))
    return {"delaySeconds": cloud.access.delay}


def _registration(cloud: Cloud, asked: Any) -> dict[str, Any]:
    """{"namespace", "state"}: Registered or NotRegistered. Answers what isn't simply registered."""
    if asked is not None:
        if asked["state"] not in ("Registered", "NotRegistered"):
            raise ValueError(f"{asked['state']!r} is no state; use Registered or NotRegistered")
        cloud.store.set_record(REGISTRATION, str(asked["namespace"]), asked["state"])
    return {"registrations": cloud.store.records(REGISTRATION)}


def _quota(cloud: Cloud, asked: Any) -> dict[str, Any]:
    """{"location", "family", "limit"}: cores, as a support request sets them; −1 is no limit."""
    quota.set_limit(cloud.store, str(asked["location"]), str(asked["family"]), int(asked["limit"]))
    return dict(asked)
