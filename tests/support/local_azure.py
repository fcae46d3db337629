"""A local Azure of its own for tests, and a workspace in it, made over REST as any client would."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

_VERSIONS = {
    "Microsoft.Resources": "2024-03-01",
    "Microsoft.Storage": "2024-01-01",
    "Microsoft.KeyVault": "2024-11-01",
    "Microsoft.MachineLearningServices": "2025-12-01",
}


@dataclass(frozen=True, slots=True)
class LocalAzure:
    """A running one. `facts` is what `localazure start --json` printed."""

    home: Path
    facts: Mapping[str, Any]

    @property
    def endpoint(self) -> str:
        return str(self.facts["endpoint"])

    @property
    def subscription(self) -> str:
        return f"/subscriptions/{self.facts['subscription_id']}"

    def token(self, audience: str = "https://management.azure.com") -> str:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.facts["client_id"],
            "client_secret": self.facts["client_secret"],
            "scope": f"{audience}/.default",
        }
        with self._http() as http:
            answer = http.post(f"/{self.facts['tenant_id']}/oauth2/v2.0/token", data=form)
        return str(answer.raise_for_status().json()["access_token"])

    def send(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """A request to ARM, whatever it answers. The api-version is added."""
        provider = (
            path.rsplit("/providers/", 1)[-1].split("/", 1)[0] if "/providers/" in path else "Microsoft.Resources"
        )
        with self._http() as http:
            return http.request(
                method,
                path,
                params={"api-version": _VERSIONS[provider]},
                json=body,
                headers={"Authorization": f"Bearer {self.token()}"},
            )

    def put(self, path: str, body: Any) -> dict[str, Any]:
        """PUT that must succeed; gives the resource."""
        answer = self.send("PUT", path, body)
        assert answer.status_code in (200, 201, 202), answer.text
        return dict(answer.json() or {})

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A request to `/localazure/…`."""
        with self._http() as http:
            headers = {"Authorization": f"Bearer {self.facts['control_secret']}"}
            return http.request(method, f"/localazure/{path}", json=body, headers=headers).raise_for_status().json()

    def variables(self) -> dict[str, str]:
        """What Azure's Python clients read."""
        return {
            "AZURE_TENANT_ID": self.facts["tenant_id"],
            "AZURE_CLIENT_ID": self.facts["client_id"],
            "AZURE_CLIENT_SECRET": self.facts["client_secret"],
            "AZURE_AUTHORITY_HOST": self.endpoint,
            "ARM_CLOUD_METADATA_URL": self.facts["metadata_url"],
            "REQUESTS_CA_BUNDLE": self.facts["ca"],
            "HTTPS_PROXY": self.facts["proxy"],
            "NO_PROXY": "127.0.0.1",
        }

    def _http(self) -> httpx.Client:
        import ssl

        context = ssl.create_default_context(cafile=self.facts["ca"])
        return httpx.Client(base_url=self.endpoint, verify=context, trust_env=False, timeout=60)


def localazure(home: Path, *arguments: str) -> str:
    """The command line of the local Azure; gives what it printed."""
    command = [sys.executable, "-m", "localazure", "--home", str(home), *arguments]
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AZURE_", "ARM_")) and k != "HTTPS_PROXY"}
    return subprocess.run(command, check=True, capture_output=True, text=True, env=clean).stdout


@contextmanager
def running(home: Path) -> Iterator[LocalAzure]:
    """Started, and stopped at the end."""
    try:
        yield LocalAzure(home, json.loads(localazure(home, "start", "--json")))
    finally:
        localazure(home, "stop")


def workspace(azure: LocalAzure, name: str = "lab") -> str:
    """A workspace with what it needs, in the group `rg`; gives its id."""
    group = f"{azure.subscription}/resourceGroups/rg"
    azure.put(group, {"location": "westeurope"})
    storage = f"{group}/providers/Microsoft.Storage/storageAccounts/st{name}"
    azure.put(
        storage, {"location": "westeurope", "kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {}}
    )
    vault = f"{group}/providers/Microsoft.KeyVault/vaults/kv-{name}"
    sku = {"family": "A", "name": "standard"}
    properties = {"tenantId": azure.facts["tenant_id"], "sku": sku, "accessPolicies": []}
    azure.put(vault, {"location": "westeurope", "properties": properties})
    made = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{name}"
    needs = {"storageAccount": storage, "keyVault": vault}
    azure.put(made, {"location": "westeurope", "identity": {"type": "SystemAssigned"}, "properties": needs})
    return made
