"""Opens and closes a job's run in MLflow, and says where clients find tracking."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol

import httpx

from ..arm.caller import Principal
from ..arm.ids import ArmId
from . import backend
from .server import MlflowServer, TrackingUnavailable

if TYPE_CHECKING:
    from ..ground import Ground

WORKSPACE_HEADER = "X-MLFLOW-WORKSPACE"
_TOKEN_LIFETIME = 30 * 24 * 3600  # seconds; the longest that Azure ML lets a job run


class Named(Protocol):
    """What tracking needs to know of a job."""

    @property
    def name(self) -> str: ...
    @property
    def experiment(self) -> str: ...
    @property
    def display_name(self) -> str: ...


class Tracking:
    """One MLflow server; each Azure ML workspace has an MLflow workspace named by its `workspaceId`.

    The server itself keeps these apart: what one workspace holds is not found from another.
    """

    def __init__(self, cloud: Ground) -> None:
        self._cloud = cloud
        self.server = MlflowServer(cloud)
        self._known: dict[str, str] = {}
        self._making = asyncio.Lock()
        self._client: httpx.AsyncClient | None = None

    async def start(self) -> None:
        """Nothing: the server comes with its first use."""

    async def stop(self) -> None:
        await self.server.stop()
        if self._client is not None:
            await self._client.aclose()

    async def url(self) -> str:
        """Where the MLflow server itself answers, started if need be. For us alone; clients get `uri`."""
        return await self.server.url()

    def uri(self, workspace: ArmId) -> str:
        """MLFLOW_TRACKING_URI of a workspace. Source: the https form of azureml-mlflow's `mlflowTrackingUri`."""
        return f"{self._cloud.settings.base_url}/mlflow/v2.0{workspace.text}"

    def token(self, principal: Principal) -> str:
        """MLFLOW_TRACKING_TOKEN of a job: it may do what its submitter may, on data planes only, not on ARM."""
        return self._cloud.identity.issue(principal, "ml", _TOKEN_LIFETIME)

    async def client(self) -> httpx.AsyncClient:
        if self._client is None:
            self._client = httpx.AsyncClient(trust_env=False, timeout=60)
        return self._client

    async def open_run(self, guid: str, job: Named) -> str:
        """Make the job's run, whose id is the job's name; gives its experiment's id."""
        experiment = await self.experiment(guid, job.experiment)
        run = backend.NewRun(job.name, job.display_name, int(experiment), self._millis())
        await asyncio.to_thread(backend.insert, self.server.database, run)
        return experiment

    async def close_run(self, guid: str, run: str, status: str) -> None:
        """Give the run its final status: FINISHED, FAILED or KILLED. A run that was never opened is left alone."""
        answer = await self.post(guid, "runs/update", {"run_id": run, "status": status, "end_time": self._millis()})
        if answer.status_code not in (200, 404):
            raise TrackingUnavailable(f"MLflow answered {answer.status_code}: {answer.text[:500]}")

    async def experiment(self, guid: str, name: str) -> str:
        """The id of a workspace's experiment, made if it isn't there."""
        await self.workspace(guid)
        answer = await self.get(guid, "experiments/get-by-name", {"experiment_name": name})
        if answer.status_code == 404:
            answer = await self.post(guid, "experiments/create", {"name": name})
            if answer.status_code == 400 and answer.json().get("error_code") == "RESOURCE_ALREADY_EXISTS":
                answer = await self.get(guid, "experiments/get-by-name", {"experiment_name": name})
        if answer.status_code != 200:
            raise TrackingUnavailable(f"MLflow answered {answer.status_code}: {answer.text[:500]}")
        body = answer.json()
        return str(body["experiment_id"] if "experiment_id" in body else body["experiment"]["experiment_id"])

    async def workspace(self, guid: str) -> None:
        """Make the MLflow workspace of an Azure ML workspace, once."""
        base = await self.url()
        async with self._making:
            if self._known.get(guid) == base:
                return
            client = await self.client()
            answer = await client.post(f"{base}/api/3.0/mlflow/workspaces", json={"name": guid})
            exists = answer.status_code == 400 and answer.json().get("error_code") == "RESOURCE_ALREADY_EXISTS"
            if not answer.is_success and not exists:
                raise TrackingUnavailable(f"MLflow answered {answer.status_code}: {answer.text[:500]}")
            self._known[guid] = base

    async def get(self, guid: str, path: str, query: dict[str, Any]) -> httpx.Response:
        url = f"{await self.url()}/api/2.0/mlflow/{path}"
        return await (await self.client()).get(url, params=query, headers={WORKSPACE_HEADER: guid})

    async def post(self, guid: str, path: str, body: dict[str, Any]) -> httpx.Response:
        url = f"{await self.url()}/api/2.0/mlflow/{path}"
        return await (await self.client()).post(url, json=body, headers={WORKSPACE_HEADER: guid})

    def _millis(self) -> int:
        return int(self._cloud.clock.now() * 1000)
