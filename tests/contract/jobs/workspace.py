"""A workspace of its own in a running local Azure, made over REST, and the clients that work in it."""

from __future__ import annotations

import os
import ssl
import sys
import time
import uuid
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.support.cloud import Caller, LocalCloud

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # azure-ai-ml's schemas warn while they are imported
    from azure.ai.ml import MLClient

_VERSIONS = {
    "Microsoft.Authorization": "2022-04-01",
    "Microsoft.KeyVault": "2024-11-01",
    "Microsoft.MachineLearningServices": "2025-12-01",
    "Microsoft.Resources": "2024-03-01",
    "Microsoft.Storage": "2024-01-01",
}
_FINAL = ("Completed", "Failed", "Canceled")
CONDA = "name: plain\nchannels: [conda-forge]\ndependencies:\n- python=3.11\n- pip\n"


@dataclass(frozen=True, slots=True)
class Workspace:
    """`id` is its ARM id."""

    cloud: LocalCloud
    id: str

    @property
    def group(self) -> str:
        return self.id.split("/")[4]

    @property
    def name(self) -> str:
        return self.id.rsplit("/", 1)[-1]

    @property
    def tracking_uri(self) -> str:
        return f"{self.cloud.endpoint}/mlflow/v2.0{self.id}"

    def send(self, method: str, path: str, body: Any = None, caller: Caller | None = None) -> httpx.Response:
        """A request to ARM, whatever it answers; `path` is below the workspace unless it starts with a slash."""
        return send(self.cloud, method, path if path.startswith("/") else f"{self.id}/{path}", body, caller)

    def put(self, path: str, properties: Any) -> dict[str, Any]:
        """PUT of a resource that must succeed."""
        answer = self.send("PUT", path, {"properties": properties})
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    def environment(self) -> str:
        """A plain Python environment; gives the id of its version."""
        version = f"environments/plain/versions/{uuid.uuid4().hex[:8]}"
        return str(self.put(version, {"condaFile": CONDA, "image": "ubuntu", "osType": "Linux"})["id"])

    def submit(self, command: str, **properties: Any) -> str:
        """PUT a command job; gives its name."""
        name = f"job-{uuid.uuid4().hex[:8]}"
        self.put(f"jobs/{name}", self.job(command, **properties))
        return name

    def job(self, command: str, **properties: Any) -> dict[str, Any]:
        given = properties.get("environmentId") or self.environment()
        return {"jobType": "Command", "command": command, "environmentId": given, **properties}

    def status(self, job: str) -> str:
        return str(self.send("GET", f"jobs/{job}").json()["properties"]["status"])

    def wait(self, job: str, *until: str) -> str:
        """Wait for a status, a final one if none is named; gives it."""
        while (found := self.status(job)) not in (until or _FINAL):
            assert found not in _FINAL, f"{job} is {found}: {self.details(job)}"
            time.sleep(0.05)
        return found

    def details(self, job: str) -> dict[str, Any]:
        """Run history's details."""
        return dict(self.plane("GET", f"/history/v1.0{self.id}/runs/{job}/details").raise_for_status().json())

    def mlflow(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        """MLflow's REST API, which must answer 200."""
        answer = self.plane(method, f"/mlflow/v2.0{self.id}/api/2.0/mlflow/{path}", body)
        return dict(answer.raise_for_status().json())

    def plane(self, method: str, path: str, body: Any = None, caller: Caller | None = None) -> httpx.Response:
        """A request to a data plane, whatever it answers."""
        token = self.cloud.credential(caller).get_token("https://ml.azure.com/.default").token
        with _http(self.cloud) as http:
            return http.request(method, path, json=body, headers={"Authorization": f"Bearer {token}"})

    def ml_client(self) -> MLClient:
        """azure-ai-ml as users have it; call it within `pointed`."""
        return MLClient(self.cloud.credential(), self.cloud.subscription_id, self.group, self.name)


def send(cloud: LocalCloud, method: str, path: str, body: Any = None, caller: Caller | None = None) -> httpx.Response:
    provider = path.rsplit("/providers/", 1)[-1].split("/", 1)[0] if "/providers/" in path else "Microsoft.Resources"
    token = cloud.credential(caller).get_token("https://management.azure.com/.default").token
    with _http(cloud) as http:
        headers = {"Authorization": f"Bearer {token}"}
        return http.request(method, path, params={"api-version": _VERSIONS[provider]}, json=body, headers=headers)


def create(cloud: LocalCloud) -> Workspace:
    """A workspace with what it needs, in a resource group of its own."""
    mark = uuid.uuid4().hex[:8]
    group, at = f"{cloud.subscription}/resourceGroups/rg-{mark}", cloud.location
    storage = f"{group}/providers/Microsoft.Storage/storageAccounts/st{mark}"
    vault = f"{group}/providers/Microsoft.KeyVault/vaults/kv-{mark}"
    made = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/mlw-{mark}"
    account = {"kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}}
    policy = {"tenantId": cloud.tenant_id, "sku": {"family": "A", "name": "standard"}, "accessPolicies": []}
    needs = {"storageAccount": storage, "keyVault": vault}
    bodies: dict[str, dict[str, Any]] = {
        group: {},
        storage: account,
        vault: {"properties": policy},
        made: {"identity": {"type": "SystemAssigned"}, "properties": needs},
    }
    for path, body in bodies.items():
        answer = send(cloud, "PUT", path, {"location": at, **body})
        assert answer.status_code in (200, 201), answer.text
    return Workspace(cloud, made)


def mlflow_variables(workspace: Workspace, caller: Caller | None = None) -> dict[str, str]:
    """What the mlflow client reads."""
    token = workspace.cloud.credential(caller).get_token("https://ml.azure.com/.default").token
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(workspace.cloud.home),
        "MLFLOW_TRACKING_URI": workspace.tracking_uri,
        "MLFLOW_TRACKING_TOKEN": token,
        "REQUESTS_CA_BUNDLE": workspace.cloud.ca,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_PYTHON_REFRESH": "quiet",
    }


def mlflow_python() -> Path:
    """An interpreter with the unmodified mlflow client: that of the tracking server's own environment."""
    from localazure.emulator.environment_builder import place
    from localazure.emulator.environments import cache_root
    from localazure.emulator.tracking.server import LOCK

    version = ".".join(map(str, sys.version_info[:2]))
    return place(cache_root(os.environ) / "python", LOCK.read_text(), version) / "bin" / "python"


def _http(cloud: LocalCloud) -> httpx.Client:
    trust = ssl.create_default_context(cafile=cloud.ca)
    return httpx.Client(base_url=cloud.endpoint, verify=trust, trust_env=False, timeout=60)
