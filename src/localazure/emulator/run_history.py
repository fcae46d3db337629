"""Run history and the data planes beside it: what azure-ai-ml's MLClient calls to stream, download and edit jobs.

Source of paths and shapes: azure.ai.ml._restclient.runhistory, dataset_dataplane, model_dataplane (1.35.2).
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .arm.errors import ArmError
from .arm.ids import ArmId
from .data_plane import SCOPE, Caller, answering, authorise
from .jobs import assets, places, spec, states
from .store import Body, Resource

if TYPE_CHECKING:
    from .cloud import Cloud

_READ, _WRITE = "experiments/runs/read", "experiments/runs/write"
_OUTPUT_ID = re.compile(r"azureml://locations/[^/]+/workspaces/[^/]+/data/azureml_(.+)_output_data_(\w+)/versions/1")
_LOG_MINUTES = 60
_PLANES = ("api", "history", "modelmanagement", "experimentation", "studio")


class RunHistory:
    """Answers from the jobs in the store; it keeps nothing of its own."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud

    def routes(self) -> list[Route]:
        history = f"/history/v1.0{SCOPE}"
        routes = [Route("/discovery", self.discovery), Route(f"/discovery{SCOPE}", self.discovery)]
        for runs in ("/runs", "/experiments/{experiment}/runs", "/experimentids/{experiment}/runs"):
            one = f"{history}{runs}/{{run}}"
            routes += [
                Route(f"{one}/details", answering(self.details), methods=["GET"]),
                Route(f"{one}/children", answering(self.children), methods=["GET"]),
                Route(one, answering(self.run), methods=["GET"]),
                Route(one, answering(self.modify), methods=["PATCH"]),
            ]
        return [
            *routes,
            Route(f"{history}/rundata", answering(self.run_data), methods=["POST"]),
            Route(f"/data/v1.0{SCOPE}/dataversion/batchGetResolvedUris", answering(self.data_uris), methods=["POST"]),
            Route(
                f"/modelregistry/v1.0{SCOPE}/models/batchGetResolvedUris", answering(self.model_uris), methods=["POST"]
            ),
            Route("/history/{rest:path}", answering(_not_here)),
        ]

    async def discovery(self, request: Request) -> Response:
        """What a workspace's `discoveryUrl` gives: the base URL of each data plane. No token is asked for."""
        return JSONResponse(dict.fromkeys(_PLANES, self._cloud.settings.base_url))

    async def details(self, request: Request) -> Response:
        caller, job = self._asked(request, _READ)
        return JSONResponse(self._details(caller, job))

    async def run(self, request: Request) -> Response:
        caller, job = self._asked(request, _READ)
        return JSONResponse(self._run(caller, job))

    async def children(self, request: Request) -> Response:
        """Command jobs have none."""
        self._asked(request, _READ)
        return JSONResponse({"value": []})

    async def run_data(self, request: Request) -> Response:
        caller = authorise(self._cloud, request, _READ)
        body = await request.json()
        job = self._job(caller, str(body.get("runId")))
        return JSONResponse(
            {
                "runMetadata": self._run(caller, job),
                "runDefinition": None,
                "jobSpecification": json.dumps(job.properties) if body.get("selectJobSpecification") else None,
            }
        )

    async def modify(self, request: Request) -> Response:
        """Change display name, description, archive flag; add to tags and properties."""
        caller, job = self._asked(request, _WRITE)
        body = await request.json()
        changed: Body = {}
        for ours, theirs in (("displayName", "displayName"), ("description", "description"), ("isArchived", "hidden")):
            if body.get(theirs) is not None:
                changed[ours] = body[theirs]
        for name in ("tags", "properties"):
            if body.get(name):
                changed[name] = {**(job.properties.get(name) or {}), **body[name]}
        stored = self._cloud.store.put(job.with_properties(**changed)) if changed else job
        return JSONResponse(self._run(caller, stored))

    async def data_uris(self, request: Request) -> Response:
        """Where outputs that are data lie, by the ids that `_outputs` gives them."""
        caller = authorise(self._cloud, request, _READ)
        found: dict[str, Body] = {}
        for asked in (await request.json()).get("values", []):
            if (match := _OUTPUT_ID.fullmatch(asked)) and (output := self._output(caller, match[1], match[2])):
                uri = assets.long_uri(caller.workspace.id, output.uri)
                found[asked] = {"uri": uri, "type": output.kind}
        return JSONResponse({"values": found})

    async def model_uris(self, request: Request) -> Response:
        caller = authorise(self._cloud, request, _READ)
        found: dict[str, Body] = {}
        for asked in (await request.json()).get("values", []):
            model = self._cloud.store.get(ArmId(asked))
            if model is not None and model.id.key.startswith(caller.workspace.id.key + "/"):
                found[asked] = {"path": model.properties.get("modelUri"), "type": model.properties.get("modelType")}
        return JSONResponse({"values": found})

    def _asked(self, request: Request, action: str) -> tuple[Caller, Resource]:
        caller = authorise(self._cloud, request, action)
        return caller, self._job(caller, request.path_params["run"])

    def _job(self, caller: Caller, run: str) -> Resource:
        job = self._cloud.store.get(caller.workspace.id.child("jobs", run))
        if job is None:
            raise ArmError(404, "UserError", f"Run {run} was not found.")
        return job

    def _output(self, caller: Caller, run: str, name: str) -> spec.Output | None:
        job = self._job(caller, run)
        return next((o for o in spec.read(run, job.properties).outputs if o.name == name), None)

    def _shared(self, job: Resource) -> Body:
        """What Run and RunDetails both have."""
        known = states.record(self._cloud.store, job.id)
        properties = job.properties
        return {
            "runId": job.id.name,
            "rootRunId": job.id.name,
            "runUuid": job.id.name,
            "status": states.status(job),
            "startTimeUtc": known.started,
            "endTimeUtc": known.ended,
            "error": _error(known.failure) if known.failure else None,
            "warnings": [],
            "tags": _texts(properties.get("tags")),
            "properties": _texts(properties.get("properties")),
            "target": ArmId(properties["computeId"]).name if properties.get("computeId") else "serverless",
            "runTypeV2": {"orchestrator": "Execution", "traits": [], "attribution": None, "computeType": "AmlCompute"},
        }

    def _details(self, caller: Caller, job: Resource) -> Body:
        known = states.record(self._cloud.store, job.id)
        return {
            **self._shared(job),
            "createdTimeUtc": known.created,
            "outputs": self._outputs(caller, job),
            "logFiles": self._logs(caller, job, known.logs),
        }

    def _run(self, caller: Caller, job: Resource) -> Body:
        properties = job.properties
        return {
            **self._shared(job),
            "createdUtc": states.record(self._cloud.store, job.id).created,
            "displayName": properties.get("displayName"),
            "description": properties.get("description"),
            "hidden": bool(properties.get("isArchived")),
            "runType": "azureml.commandjob",
            "dataContainerId": f"dcid.{job.id.name}",
            "outputs": self._outputs(caller, job),
        }

    def _outputs(self, caller: Caller, job: Resource) -> dict[str, Body]:
        """Where each output lies, by ids that `data_uris` understands.

        Model outputs are told as folders: azure-ai-ml 1.35.2 fails on the answer of its own look-up of models.
        """
        location = caller.workspace.body.get("location", "")
        base = f"azureml://locations/{location}/workspaces/{caller.guid}/data"
        return {
            o.name: {
                "assetId": f"{base}/azureml_{job.id.name}_output_data_{o.name}/versions/1",
                "type": "uri_folder" if o.is_model else o.kind,
            }
            for o in spec.read(job.id.name, job.properties).outputs
        }

    def _logs(self, caller: Caller, job: Resource, names: tuple[str, ...]) -> dict[str, str]:
        """Each log's URL with a signature."""
        folder = places.artifacts(self._cloud.store, caller.workspace.id, job.id.name)
        if not names:
            return {}
        container, _, signature = self._cloud.blobs.sas(folder.account, folder.container, "r", _LOG_MINUTES).partition(
            "?"
        )
        return {name: f"{container}/{quote(places.below(folder, name).path)}?{signature}" for name in names}


async def _not_here(request: Request) -> Response:
    raise ArmError(501, "NotImplemented", f"{request.method} {request.url.path} is not served by the local Azure.")


def _error(failure: states.Failure) -> Body:
    """Source: models RunHistoryErrorResponse and RootError."""
    return {"error": {"code": failure.code, "message": failure.message, "details": []}, "componentName": "localazure"}


def _texts(values: dict[str, Any] | None) -> dict[str, str]:
    return {key: str(value) for key, value in (values or {}).items()}
