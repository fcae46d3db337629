"""The control API of the local Azure itself (`/localazure/…`): what a test or the command line asks of it.

Guarded by a secret that lies in the emulator's home, never by Azure's tokens: no role of Azure's may reach it.
"""

from __future__ import annotations

import functools
import hmac
import sqlite3
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import quota, registrations
from .arm.errors import ArmError
from .monitor import lateness

if TYPE_CHECKING:
    from .cloud import Cloud
    from .fault_layer import FaultLayer

Handler = Callable[["Cloud", Any], dict[str, Any]]


def routes(cloud: Cloud, layer: FaultLayer) -> list[Route]:
    """`layer` is the one that makes faults of rules."""

    def faults(cloud: Cloud, asked: Any) -> dict[str, Any]:
        """{"rules"}: faults from now on (`faults.Fault`); what was held back by a rule of before is let go."""
        if asked is not None:
            cloud.faults.set(asked["rules"])
            layer.release()
        return {"rules": cloud.faults.all()}

    def held(cloud: Cloud, asked: Any) -> dict[str, Any]:
        """Requests that are done, and whose answers a rule of kind `hold` keeps back."""
        return {"held": layer.held}

    guarded = functools.partial(_guarded, cloud)
    change = ["GET", "PUT", "POST"]
    return [
        Route("/localazure/health", _health),
        Route("/localazure/status", guarded(_status)),
        Route("/localazure/principals", guarded(_principal), methods=["POST"]),
        Route("/localazure/issuers", guarded(_issuer), methods=["POST"]),
        Route("/localazure/clock", guarded(_clock), methods=change),
        Route("/localazure/faults", guarded(faults), methods=change),
        Route("/localazure/held", guarded(held)),
        Route("/localazure/trace", guarded(_trace, query=True)),
        Route("/localazure/identity", guarded(_identity), methods=change),
        Route("/localazure/metrics", guarded(_metrics), methods=change),
        Route("/localazure/operations", guarded(_operations), methods=change),
        Route("/localazure/access", guarded(_access), methods=change),
        Route("/localazure/registrations", guarded(_registration), methods=change),
        Route("/localazure/quotas", guarded(_quota), methods=change[1:]),
    ]


def _guarded(cloud: Cloud, handler: Handler, *, query: bool = False) -> Callable[[Request], Awaitable[Response]]:
    """The handler behind the secret; it gets the body of a change, with `query` the query's arguments, else None."""

    async def endpoint(request: Request) -> Response:
        given = request.headers.get("x-localazure-secret", "")
        if not hmac.compare_digest(given, cloud.settings.control_secret):
            return JSONResponse(
                {"error": "x-localazure-secret is missing or wrong; it stands in the home's cloud.json"}, 403
            )
        asked = await request.json() if request.method in ("POST", "PUT") else None
        if query:
            asked = dict(request.query_params)
        try:
            return JSONResponse(handler(cloud, asked))
        except KeyError as problem:
            return JSONResponse({"error": f"{problem} is missing"}, 400)
        except (ValueError, TypeError, ArmError) as problem:
            return JSONResponse({"error": str(problem)}, 400)
        except sqlite3.Error as problem:
            return JSONResponse({"error": f"the state can't be written: {problem}"}, 507)

    return endpoint


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


def _trace(cloud: Cloud, asked: Any) -> dict[str, Any]:
    """`?since=MARK`: the requests after a mark that an earlier answer told; without it all that are known."""
    return cloud.trace.since(int(asked.get("since", 0)))


def _identity(cloud: Cloud, asked: Any) -> dict[str, Any]:
    """{"tokenSeconds"}: how long tokens live that are made from now on."""
    if asked is not None:
        cloud.identity.set_lifetime(int(asked["tokenSeconds"]))
    return {"tokenSeconds": cloud.identity.lifetime}


def _metrics(cloud: Cloud, asked: Any) -> dict[str, Any]:
    """{"lateSeconds"?, "logsLateSeconds"?, "activityLateSeconds"?}: how late Azure Monitor knows things."""
    if asked is not None:
        lateness.change(cloud.store, asked)
    return dict(lateness.seconds(cloud.store))


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
    """{"namespace", "state", "subscription"?}: Registered or NotRegistered, in every one where none is named."""
    if asked is not None:
        namespace, state = str(asked["namespace"]), str(asked["state"])
        for subscription in _subscriptions(cloud, asked) or cloud.settings.subscription_ids:
            registrations.set_state(cloud.store, subscription, namespace, state)
    return {"registrations": registrations.all_states(cloud.store)}


def _quota(cloud: Cloud, asked: Any) -> dict[str, Any]:
    """{"location", "family", "limit", "subscription"?}: cores, as a support request sets them; −1 is no limit."""
    for subscription in _subscriptions(cloud, asked) or ("",):
        quota.set_limit(cloud.store, str(asked["location"]), str(asked["family"]), int(asked["limit"]), subscription)
    return dict(asked)


def _subscriptions(cloud: Cloud, asked: Any) -> tuple[str, ...]:
    """The one that is named, if one is. Raises ValueError for one that isn't here."""
    named = asked.get("subscription")
    if named is None:
        return ()
    if not cloud.settings.has_subscription(str(named)):
        raise ValueError(f"{named!r} is no subscription here; there are {', '.join(cloud.settings.subscription_ids)}")
    return (str(named).lower(),)
