"""Run artifacts over MLflow's artifact protocol, kept in the workspace's own storage.

So what `mlflow.log_artifact` writes lies where Azure ML keeps it, below `ExperimentRun/dcid.{run}`, and is durable,
listed and downloaded like the job's other artifacts. Source of the protocol: MLflow 3.17, `mlflow_artifacts.proto`.
"""

from __future__ import annotations

import mimetypes
import re
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..arm.errors import ArmError, bad_request
from ..data_plane import Caller
from ..jobs import assets, places
from ..store import Resource

if TYPE_CHECKING:
    from ..storage.blob_places import BlobPlace
    from ..workshop import Workshop

# `mlflow-artifacts:/workspaces/{guid}/{experiment}/…`, as the server composes it
_OF_RUN = re.compile(r"workspaces/([^/]+)/\d+/([^/]+)/artifacts(?:/(.*))?")
_REGISTERED = re.compile(r"workspaces/([^/]+)/registered/([^/]+)/([^/]+)(?:/(.*))?")
_OF_MODEL = re.compile(r"workspaces/([^/]+)/\d+/models/([^/]+)/artifacts(?:/(.*))?")
_LOGGED = re.compile(r"models:/(m-[0-9a-f]+)")
_MODELS, _RUNS = "LoggedModels/", "ExperimentRun/dcid."


class Artifacts:
    """Lists, reads, writes and deletes the artifacts of one workspace's runs and logged models."""

    def __init__(self, cloud: Workshop) -> None:
        self._cloud = cloud

    async def answer(self, request: Request, caller: Caller, path: str) -> Response:
        """`mlflow-artifacts/artifacts[/path]`."""
        if request.method == "GET" and not path:
            return await self.listing(self._place(caller, request.query_params.get("path", "")))
        place = self._place(caller, path)
        if request.method == "GET":
            return await self._read(place)
        if request.method == "PUT":
            await self._cloud.blobs.upload_file(place.account, place.container, place.path, await request.body())
            return JSONResponse({})
        raise ArmError(501, "NotImplemented", "The local Azure does not delete single artifacts.")

    async def of_run(self, caller: Caller, run: str, path: str) -> Response:
        """`mlflow/artifacts/list`: paths are relative to the run's root, unlike the other listing's."""
        root = places.artifacts(self._cloud.store, caller.workspace.id, run)
        prefix = f"{path.strip('/')}/" if path.strip("/") else ""
        files = await self._files(places.below(root, path))
        return JSONResponse({"files": [{**file, "path": prefix + str(file["path"])} for file in files]})

    def uri_of(self, caller: Caller, address: str) -> str:
        """The datastore URI behind what a version is registered from: `mlflow-artifacts:/…` or `models:/{id}`."""
        if logged := _LOGGED.fullmatch(address):
            root = places.container(self._cloud.store, caller.workspace.id)
            place = places.below(root, f"{_MODELS}{logged[1]}")
        else:
            place = self._place(caller, address.removeprefix("mlflow-artifacts:"))
        return assets.long_uri(caller.workspace.id, f"azureml://datastores/workspaceartifactstore/paths/{place.path}")

    def address_of_version(self, caller: Caller, version: Resource) -> str:
        """Where the client downloads a registered version, whoever registered it."""
        container = version.id.parent
        name = container.name if container else ""
        return f"mlflow-artifacts:/workspaces/{caller.guid}/registered/{name}/{version.id.name}"

    async def listing(self, place: BlobPlace) -> Response:
        return JSONResponse({"files": await self._files(place)})

    async def _files(self, place: BlobPlace) -> list[dict[str, str | bool]]:
        """One level, folders first named once. Source: message FileInfo."""
        root = place.path.strip("/") + "/"
        found: dict[str, dict[str, str | bool]] = {}
        for path in await self._cloud.blobs.paths(place.account, place.container, root):
            name, slash, _ = path[len(root) :].partition("/")
            found[name] = {"path": name, "is_dir": bool(slash)}
        return [found[name] for name in sorted(found)]

    async def _read(self, place: BlobPlace) -> Response:
        data = await self._cloud.blobs.read(place.account, place.container, place.path)
        if data is None:
            raise ArmError(404, "RESOURCE_DOES_NOT_EXIST", f"The artifact '{place.path}' was not found.")
        kind = mimetypes.guess_type(place.path)[0] or "application/octet-stream"
        return Response(data, media_type=kind)

    def _place(self, caller: Caller, path: str) -> BlobPlace:
        path = path.strip("/")
        if ".." in path.split("/"):
            raise bad_request("INVALID_PARAMETER_VALUE", f"'{path}' is no artifact path.")
        registered = _REGISTERED.fullmatch(path)
        if registered and registered[1] == caller.guid:
            version = caller.workspace.id.child("models", registered[2]).child("versions", registered[3])
            return places.below(places.locate(self._cloud, caller.workspace.id, version.text), registered[4] or "")
        for pattern, folder in ((_OF_MODEL, _MODELS), (_OF_RUN, _RUNS)):
            found = pattern.fullmatch(path)
            if found and found[1] == caller.guid:
                root = places.container(self._cloud.store, caller.workspace.id)
                return places.below(root, f"{folder}{found[2]}/{found[3] or ''}")
        raise ArmError(404, "RESOURCE_DOES_NOT_EXIST", f"'{path}' is no artifact path of this workspace.")
