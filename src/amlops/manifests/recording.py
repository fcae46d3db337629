"""The transport that the official client talks to while it compiles: it answers from nothing and keeps the PUTs.

It runs in the compiling process only. Facts about what the client asks are in MANIFESTS of the project's notes:
code is looked up by hash before it is uploaded, an endpoint must exist before its deployment, labels are resolved by
listing.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
GROUP = "amlops-group"
NAME = "amlops-workspace"
LATEST_VERSION = "amlops-latest-version"
PREFIX = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}"
    f"/providers/Microsoft.MachineLearningServices/workspaces/{NAME}"
)


class Recording(HTTPAdapter):
    """Keeps each PUT as (path below the workspace, api-version, body). `code_name` gives a code's name by its hash."""

    def __init__(self, code_name: Callable[[str], str]) -> None:
        super().__init__()
        self.puts: list[tuple[str, str, dict[str, Any]]] = []
        self._code_name = code_name

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        url = urlsplit(str(request.url))
        path, query = unquote(url.path), parse_qs(url.query)
        status, body = self._answer(str(request.method), path, query, request.body)
        answer = urllib3.HTTPResponse(
            io.BytesIO(json.dumps(body).encode()),
            headers={"Content-Type": "application/json"},
            status=status,
            preload_content=False,
        )
        return self.build_response(request, answer)

    def _answer(
        self, method: str, path: str, query: Mapping[str, list[str]], sent: bytes | str | None
    ) -> tuple[int, dict[str, Any]]:
        below = path.removeprefix(PREFIX).strip("/")
        parts = below.split("/") if below else []
        if method == "PUT" and path.startswith(PREFIX):
            body = json.loads(sent or b"{}")
            self.puts.append((below, query.get("api-version", [""])[0], json.loads(sent or b"{}")))
            known = _version(parts[0]) if len(parts) == 4 else {}
            properties = {**known, **body.get("properties", {}), "provisioningState": "Succeeded"}
            return 200, {**body, "id": path, "name": parts[-1], "type": "recorded", "properties": properties}
        if method == "GET" and path.startswith(PREFIX):
            return self._read(path, parts, query)
        if method == "POST" and parts[-1:] == ["listSecrets"]:
            return 200, {"secretsType": "Sas", "sasToken": "sv=recorded"}
        return 501, {"error": {"code": "NotRecorded", "message": f"compiling asked {method} {path}"}}

    def _read(self, path: str, parts: list[str], query: Mapping[str, list[str]]) -> tuple[int, dict[str, Any]]:
        if not parts:
            return 200, {"id": path, "name": NAME, "location": "recorded", "properties": {}}
        if parts[0] == "codes" and "hash" in query:
            name = self._code_name(query["hash"][0])
            found = f"{PREFIX}/codes/{name}/versions/1"
            return 200, {"value": [{"id": found, "name": "1", "properties": {"codeUri": "https://recorded/code"}}]}
        if parts[-1] == "versions":
            found = f"{path}/{LATEST_VERSION}"
            return 200, {"value": [{"id": found, "name": LATEST_VERSION, "properties": _version(parts[0])}]}
        if parts[0] == "codes":
            return 200, {"id": path, "name": parts[-1], "properties": {"codeUri": "https://recorded/code"}}
        if len(parts) == 4 and parts[2] == "versions":
            return 200, {"id": path, "name": parts[-1], "properties": _version(parts[0])}
        if len(parts) == 2 and parts[0] in _CONTAINERS:
            return 200, {"id": path, "name": parts[-1], "properties": {"latestVersion": LATEST_VERSION}}
        if parts[0] == "datastores":
            return 200, {"id": path, "name": parts[-1], "properties": _DATASTORE}
        if parts[0] == "computes":
            return 200, {"id": path, "name": parts[-1], "location": "recorded", "properties": _COMPUTE}
        if parts[0] in ("onlineEndpoints", "batchEndpoints") and len(parts) == 2:
            return 200, {"id": path, "name": parts[-1], "location": "recorded", "properties": {"authMode": "Key"}}
        return 404, {"error": {"code": "ResourceNotFound", "message": f"{path} is not recorded"}}


_CONTAINERS = ("models", "data", "environments", "components")
_DATASTORE = {
    "datastoreType": "AzureBlob",
    "accountName": "recorded",
    "containerName": "recorded",
    "endpoint": "recorded",
    "protocol": "https",
    "credentials": {"credentialsType": "None"},
}
_COMPUTE = {"computeType": "AmlCompute", "provisioningState": "Succeeded", "properties": {}}


def _version(collection: str) -> dict[str, Any]:
    """The least that the client's own types accept for a version of this collection."""
    if collection == "data":
        return {"dataType": "uri_folder", "dataUri": "azureml://datastores/workspaceblobstore/paths/recorded"}
    if collection == "models":
        uri = "azureml://datastores/workspaceblobstore/paths/recorded"
        return {"modelType": "custom_model", "modelUri": uri, "flavors": {}}
    if collection == "environments":
        return {"image": "recorded"}
    return {"componentSpec": {"name": "recorded", "version": "1", "type": "command", "command": "true"}}
