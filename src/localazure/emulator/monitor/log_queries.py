"""Queries of Log Analytics workspaces: `POST /v1/workspaces/{customer id}/query`, as api.loganalytics.io has it.

The local Azure's own address is that service's here; its metadata tells it as `logAnalyticsResourceId`. Source: Azure
Monitor Log Analytics REST API v1, Query - Execute.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .. import durations
from ..arm.caller import bearer
from ..arm.errors import ArmError, bad_request, forbidden
from ..data_plane import answering
from ..store import Body, Resource
from ..trace import SEEN
from . import kql, traffic_log

if TYPE_CHECKING:
    from ..cloud import Cloud

_WORKSPACES = "Microsoft.OperationalInsights/workspaces"
_ACTION = f"{_WORKSPACES}/query/read"


def routes(cloud: Cloud) -> list[Route]:
    async def query(request: Request) -> Response:
        logs = _admitted(cloud, request)
        asked = _body(await request.body())
        name, *steps = kql.stages(str(asked.get("query") or ""))
        if name != traffic_log.NAME:
            raise bad_request(
                "BadArgumentError", f"Failed to resolve table '{name}'; the local Azure has {traffic_log.NAME}."
            )
        now = datetime.fromtimestamp(cloud.clock.now(), UTC)
        table = _within(traffic_log.table(cloud, logs), asked.get("timespan"), now)
        return JSONResponse({"tables": [_shown(kql.run(table, steps, now))]})

    return [Route("/v1/workspaces/{workspace}/query", answering(query), methods=["POST"])]


def _admitted(cloud: Cloud, request: Request) -> Resource:
    """The workspace, for a caller who may read it. Raises ArmError 401, 403 or 404."""
    token = bearer(request.headers.get("authorization", ""))
    if token is None:
        raise ArmError(401, "AuthorizationRequiredError", "Valid authentication was not provided")
    principal = cloud.identity.verify(token, ("logs", "arm"))
    request.scope[SEEN].caller = principal.object_id
    asked = request.path_params["workspace"].lower()
    found = next((w for w in cloud.store.of_type(_WORKSPACES) if w.properties.get("customerId") == asked), None)
    if found is None:
        raise ArmError(404, "WorkspaceNotFoundError", f"The workspace '{asked}' could not be found.")
    if not cloud.access.allowed(principal, _ACTION, found.id):
        raise forbidden(principal.object_id, _ACTION, found.id.text)
    return found


def _body(raw: bytes) -> Body:
    try:
        found = json.loads(raw)
    except ValueError as problem:
        raise bad_request("BadArgumentError", f"The body is no JSON: {problem}.") from problem
    if not isinstance(found, dict):
        raise bad_request("BadArgumentError", "The body is no JSON object.")
    return found


def _within(table: kql.Table, timespan: Any, now: datetime) -> kql.Table:
    """Rows of the time that the request is limited to: a duration until now, START/END, or START/DURATION."""
    if not timespan:
        return table
    first, separator, second = str(timespan).partition("/")
    try:
        if not separator:
            start, end = now - _duration(first), now
        else:
            start = datetime.fromisoformat(first)
            end = start + _duration(second) if second.upper().startswith("P") else datetime.fromisoformat(second)
        start, end = (moment.replace(tzinfo=moment.tzinfo or UTC) for moment in (start, end))
    except ValueError as problem:
        raise bad_request("BadArgumentError", f"'{timespan}' is no timespan.", target="timespan") from problem
    return kql.Table(table.columns, [row for row in table.rows if start <= row["TimeGenerated"] < end])


def _duration(text: str) -> timedelta:
    length = durations.seconds(text.upper())
    if length is None:
        raise ValueError(text)
    return timedelta(seconds=length)


def _shown(table: kql.Table) -> Body:
    columns = [{"name": name, "type": kind} for name, kind in table.columns.items()]
    rows = [[_value(row[name]) for name in table.columns] for row in table.rows]
    return {"name": "PrimaryResult", "columns": columns, "rows": rows}


def _value(value: Any) -> Any:
    return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ") if isinstance(value, datetime) else value
