"""An endpoint of a local Azure that serves nothing: its requests are answered 503, counted and logged all the same."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Any

import httpx

from tests.contract.rehearsal import send
from tests.support.cloud import Caller, LocalCloud

GROUP = "rg"
WORKSPACE = f"/resourceGroups/{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/monitored"
LOGS = f"/resourceGroups/{GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs"
ML = "2025-12-01"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`uri` and `key` as ARM tells them; `path` is below the subscription."""

    cloud: LocalCloud
    name: str
    uri: str
    key: str

    @property
    def path(self) -> str:
        return f"{WORKSPACE}/onlineEndpoints/{self.name}"

    @property
    def id(self) -> str:
        return f"{self.cloud.subscription}{self.path}"

    def ask(self, times: int, deployment: str = "") -> None:
        """So many requests, to a deployment or to whom the traffic goes."""
        headers = {"Authorization": f"Bearer {self.key}"}
        if deployment:
            headers["azureml-model-deployment"] = deployment
        context = ssl.create_default_context(cafile=self.cloud.ca)
        with httpx.Client(verify=context, trust_env=False) as client:
            for _ in range(times):
                assert client.post(self.uri, json={}, headers=headers).status_code == 503


def put(cloud: LocalCloud, path: str, body: Any, version: str, *, caller: Caller | None = None) -> Any:
    """A PUT that must succeed; `path` is below the subscription."""
    answer = send(cloud, "PUT", f"{path}?api-version={version}", body, caller=caller)
    assert answer.status_code in (200, 201), answer.text()
    return answer.json()


def workspace(cloud: LocalCloud) -> None:
    """Group `rg` with storage, vault, logs and the ML workspace."""
    where, at = {"location": cloud.location}, f"/resourceGroups/{GROUP}"
    put(cloud, at, where, "2025-04-01")
    account = {**where, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    storage = f"{at}/providers/Microsoft.Storage/storageAccounts/monitoredstore"
    send(cloud, "PUT", f"{storage}?api-version=2025-01-01", account)
    vault = {
        **where,
        "properties": {
            "tenantId": cloud.tenant_id,
            "sku": {"family": "A", "name": "standard"},
            "enableRbacAuthorization": True,
        },
    }
    kv = f"{at}/providers/Microsoft.KeyVault/vaults/kv-monitored"
    put(cloud, kv, vault, "2024-11-01")
    put(
        cloud,
        f"{at}/providers/Microsoft.OperationalInsights/workspaces/logs",
        {**where, "properties": {}},
        "2023-09-01",
    )
    properties = {"storageAccount": f"{cloud.subscription}{storage}", "keyVault": f"{cloud.subscription}{kv}"}
    body = {**where, "identity": {"type": "SystemAssigned"}, "properties": properties}
    put(cloud, WORKSPACE, body, ML)


def endpoint(cloud: LocalCloud, name: str, *deployments: str) -> Endpoint:
    """With the deployments, all traffic on the first."""
    at, where = f"{WORKSPACE}/onlineEndpoints/{name}", {"location": cloud.location}
    made = put(cloud, at, {**where, "properties": {"authMode": "Key"}}, ML)
    for deployment in deployments:
        put(cloud, f"{at}/deployments/{deployment}", serving(cloud), ML)
    put(cloud, at, {**where, "properties": {"authMode": "Key", "traffic": {deployments[0]: 100}}}, ML)
    key = send(cloud, "POST", f"{at}/listKeys?api-version={ML}").json()["primaryKey"]
    return Endpoint(cloud, name, made["properties"]["scoringUri"], key)


def serving(cloud: LocalCloud, capacity: int = 1) -> dict[str, Any]:
    """The body of a deployment whose assets nobody looks at where nothing is served."""
    at = f"{cloud.subscription}{WORKSPACE}"
    return {
        "location": cloud.location,
        "sku": {"name": "Default", "capacity": capacity},
        "properties": {
            "endpointComputeType": "Managed",
            "codeConfiguration": {"codeId": f"{at}/codes/c/versions/1", "scoringScript": "score.py"},
            "environmentId": f"{at}/environments/e/versions/1",
        },
    }
