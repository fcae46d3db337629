"""MLflow's REST API at the workspace's tracking URI: token and rights are checked, then the MLflow server answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ..arm.errors import ArmError
from ..data_plane import SCOPE, Caller, answering, authorise
from ..jobs.spec import DEFAULT_EXPERIMENT
from . import registry
from .artifacts import Artifacts
from .server import TrackingUnavailable
from .service import WORKSPACE_HEADER

if TYPE_CHECKING:
    from ..workshop import Workshop
    from .service import Tracking

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
# First segments that the server answers; what is missing (its own registry, jobs, gateway, …) is no part of Azure ML.
_PASSED = frozenset({"runs", "experiments", "metrics", "logged-models", "traces", "artifacts", "datasets"})
_READS = re.compile(r"(^|/)(search|get|list|get-history|get-history-bulk|get-by-name|get-latest-versions)(/|$)")
_ANY_EXPERIMENT = "0"  # what the client takes for the default experiment; here each workspace has its own
_KEPT_HEADERS = ("content-type", "accept", "user-agent")


class Proxy:
    """The routes below `/mlflow/v1.0|v2.0/{workspace}`."""

    def __init__(self, cloud: Workshop, tracking: Tracking) -> None:
        self._cloud, self._tracking, self._artifacts = cloud, tracking, Artifacts(cloud)
        self._registry = registry.Registry(cloud, self._artifacts)

    def routes(self) -> list[Route]:
        # artifact addresses come with doubled slashes, so everything below the workspace is one path
        path = f"/mlflow/{{version:str}}{SCOPE}/{{rest:path}}"
        return [Route(path, answering(self._answer, _error), methods=_METHODS)]

    async def _answer(self, request: Request) -> Response:
        parts = [part for part in request.path_params["rest"].split("/") if part]
        if parts[:1] != ["api"] or len(parts) < 4:
            raise _not_here("/".join(parts))
        service, rest = parts[2], parts[3:]
        reads = request.method == "GET" or (request.method == "POST" and bool(_READS.search("/".join(rest))))
        kind = "models/versions" if rest[0] in registry.SERVICES else "experiments/runs"
        caller = authorise(self._cloud, request, f"{kind}/{'read' if reads else 'write'}")
        if service == "mlflow-artifacts" and rest[0] == "artifacts":
            return await self._artifacts.answer(request, caller, "/".join(rest[1:]))
        if service == "mlflow" and rest[0] in registry.SERVICES:
            return await self._registered(request, caller, parts)
        if service != "mlflow" or rest[0] not in _PASSED:
            raise _not_here("/".join(parts))
        if rest == ["artifacts", "list"]:
            query = request.query_params
            run = query.get("run_id") or query.get("run_uuid") or ""
            return await self._artifacts.of_run(caller, run, query.get("path", ""))
        try:
            return await self._forward(request, caller, "/".join(parts))
        except (TrackingUnavailable, httpx.TransportError) as error:
            raise ArmError(503, "TEMPORARILY_UNAVAILABLE", str(error)) from error

    async def _registered(self, request: Request, caller: Caller, parts: list[str]) -> Response:
        given = dict(request.query_params) if request.method == "GET" else await request.json()
        answer = self._registry.answer(caller, "/".join(parts[3:]), given)
        if answer is None:
            raise _not_here("/".join(parts))
        return JSONResponse(answer)

    async def _forward(self, request: Request, caller: Caller, path: str) -> Response:
        tracking = self._tracking
        await tracking.workspace(caller.guid)
        client, base = await tracking.client(), await tracking.url()
        headers = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
        answer = await client.request(
            request.method,
            f"{base}/{path}",
            params=await self._own_default(caller, dict(request.query_params)),
            content=await self._body(request, caller),
            headers={**headers, WORKSPACE_HEADER: caller.guid},
        )
        return Response(answer.content, answer.status_code, media_type=answer.headers.get("content-type"))

    async def _body(self, request: Request, caller: Caller) -> bytes:
        content = await request.body()
        if b'"experiment_id' not in content:
            return content
        try:
            body = json.loads(content)
        except ValueError:
            return content  # the server says what is wrong with it
        return json.dumps(await self._own_default(caller, body)).encode() if isinstance(body, dict) else content

    async def _own_default(self, caller: Caller, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields, with the workspace's own default experiment where the client means the server's."""
        named = fields.get("experiment_id"), *(fields.get("experiment_ids") or ())
        if _ANY_EXPERIMENT not in map(str, named):
            return dict(fields)
        own = await self._tracking.experiment(caller.guid, DEFAULT_EXPERIMENT)
        changed: dict[str, Any] = {}
        if "experiment_id" in fields:
            changed["experiment_id"] = own
        if "experiment_ids" in fields:
            changed["experiment_ids"] = [own if str(i) == _ANY_EXPERIMENT else i for i in fields["experiment_ids"]]
        return {**fields, **changed}


def _not_here(path: str) -> ArmError:
    return ArmError(501, "NOT_IMPLEMENTED", f"MLflow's '/{path}' is not served by the local Azure.")


def _error(error: ArmError) -> dict[str, Any]:
    """As MLflow's client parses it."""
    return {"error_code": error.code, "message": error.message}
