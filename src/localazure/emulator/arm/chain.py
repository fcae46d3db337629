"""The way of a request to ARM, readable as a list."""

from __future__ import annotations

import logging
import sqlite3
import uuid
from typing import TYPE_CHECKING

from ..store import Resource
from ..types.base import Call
from . import lifecycle, steps
from .errors import ArmError
from .exchange import Exchange
from .paging import PAGE, page
from .reply import Reply

if TYPE_CHECKING:
    from ..cloud import Cloud

log = logging.getLogger(__name__)

CHAIN = (
    steps.authenticate,
    steps.check_api_version,
    steps.find_route,
    steps.check_subscription,
    steps.authorize,
    steps.check_registration,
    steps.read_body,
    steps.find_resource,
    steps.check_conditions,
    steps.check_body,
)


async def answer(cloud: Cloud, exchange: Exchange) -> Reply:
    """Every request to ARM ends here; an error is an answer too."""
    try:
        for step in CHAIN:
            step(cloud, exchange)
        return await _perform(cloud, exchange)
    except ArmError as problem:
        return Reply(problem.status, problem.body(), problem.headers)
    except sqlite3.Error as problem:
        log.exception("store")
        text = f"The local Azure could not write its state: {problem}. Nothing was changed; is the disk full?"
        return Reply(507, ArmError(507, "InsufficientStorage", text).body())
    except Exception as problem:
        log.exception("%s %s", exchange.method, exchange.path)
        text = f"The local Azure failed: {problem!r}. `localazure logs` shows where."
        return Reply(500, ArmError(500, "InternalServerError", text).body())


async def _perform(cloud: Cloud, exchange: Exchange) -> Reply:
    route, behaviour = exchange.known_route, exchange.behaviour
    if behaviour is None:
        raise ArmError(
            501,
            "NotImplemented",
            f"The local Azure knows the operation {route.name} but has no behaviour for '{route.resource_type}'; "
            "docs/reference/coverage.md lists what it has.",
        )
    call = Call(
        cloud=cloud,
        method=exchange.method,
        id=exchange.id,
        params=route.params,
        query=exchange.query,
        headers=exchange.headers,
        body=exchange.body if isinstance(exchange.body, dict) else {},
        principal=exchange.caller,
        existing=exchange.existing,
    )
    action = behaviour.actions().get(route.key)
    if action is not None:
        return await action(call)
    if route.action is not None or exchange.method == "POST" or route.key in behaviour.refused:
        raise ArmError(501, "NotImplemented", f"The local Azure knows {route.name} but does not do it yet.")
    mode = exchange.operation_mode or cloud.operations.mode
    match exchange.method:
        case "GET" if route.is_collection:
            found = behaviour.listed(call, _collection(cloud, exchange))
            shown = [lifecycle.view(cloud, behaviour, resource) for resource in found]
            return Reply(200, page(shown, cloud.settings.base_url, exchange.path, exchange.query, _size(exchange)))
        case "GET":
            resource = steps.shown_or_missing(exchange)
            return Reply(200, lifecycle.view(cloud, behaviour, resource), {"ETag": resource.etag})
        case "HEAD":
            return Reply(204 if exchange.existing else 404)
        case "PUT":
            lifecycle.refuse_while_busy(cloud, exchange.existing)
            return await lifecycle.put(cloud, behaviour, route, call, mode)
        case "PATCH":
            steps.shown_or_missing(exchange)
            lifecycle.refuse_while_busy(cloud, exchange.existing)
            return await lifecycle.put(cloud, behaviour, route, call, mode)
        case "DELETE":
            return await lifecycle.delete(cloud, behaviour, route, call, mode)
    raise ArmError(405, "MethodNotAllowed", f"{exchange.method} is not supported.")


def _collection(cloud: Cloud, exchange: Exchange) -> list[Resource]:
    """What a GET on a collection's path lists: below a parent, a group or the whole subscription."""
    route = exchange.known_route
    path = exchange.id.text
    if route.template.startswith("/{scope}/"):
        scope = path[: path.lower().rfind("/providers/")].lower()
        found = cloud.store.of_type(route.resource_type)
        at_scope = "atscope()" in (exchange.query_value("$filter") or "").lower()
        return [
            r
            for r in found
            if _covers(r.id.scope.lower(), scope) or (not at_scope and r.id.scope.lower().startswith(scope))
        ]
    at = path.lower().rfind("/providers/")
    tail = path[at:].strip("/").split("/") if at >= 0 else []
    parent = path.rsplit("/", 1)[0] if len(tail) > 3 or at < 0 else path[:at]
    return cloud.store.of_type(route.resource_type, parent)


def _covers(assigned: str, scope: str) -> bool:
    return scope == assigned or scope.startswith(assigned.rstrip("/") + "/")


def _size(exchange: Exchange) -> int:
    asked = exchange.query_value("$top")
    return max(1, int(asked)) if asked and asked.isdigit() else PAGE


def request_headers(exchange: Exchange) -> dict[str, str]:
    """What ARM puts on every answer, so that a failure can be named; what belongs together is named by the client."""
    name = str(uuid.uuid4())
    correlation = exchange.headers.get("x-ms-correlation-request-id", "")
    return {"x-ms-request-id": name, "x-ms-correlation-request-id": correlation[:80] or name}
