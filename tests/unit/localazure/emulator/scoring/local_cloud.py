"""A cloud with the real store, processes, environments and scoring; storage is a folder."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from localazure.emulator.arm.ids import ArmId
from localazure.emulator.clock import Clock
from localazure.emulator.cloud import Cloud
from localazure.emulator.environments import Environments
from localazure.emulator.processes import Processes
from localazure.emulator.scoring import Scoring, names
from localazure.emulator.storage.blob_places import BlobPlace
from localazure.emulator.store import Resource, Store

CONDA = "dependencies:\n  - python=3.11\n  - pip:\n    - azureml-inference-server-http==1.5.1\n"
WORKSPACE = ArmId("/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w")
ENDPOINT = WORKSPACE.child("onlineEndpoints", "scores")
KEY = "primary"
ECHO = """
import os, pathlib
def init():
    print("init of VERSION")
def run(data):
    return {"version": "VERSION", "data": data, "pid": os.getpid()}
"""


class Folder:
    """Stands in for blob storage: a container is a folder below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def resolve(self, uri: str, scope: ArmId) -> BlobPlace:
        return BlobPlace("account", "container", uri.removeprefix("folder://"))

    def url(self, account: str, container: str, path: str = "") -> str:
        return f"https://{account}.blob.test/{container}/{path}"

    async def paths(self, account: str, container: str, prefix: str = "", at_most: int | None = None) -> list[str]:
        found = sorted(str(p.relative_to(self.root)) for p in self.root.rglob("*") if p.is_file())
        return [path for path in found if path.startswith(prefix)][:at_most]

    async def download_tree(self, account: str, container: str, prefix: str, dest: Path) -> int:
        source = self.root / prefix
        if source.is_file():
            dest.mkdir(parents=True)
            shutil.copy(source, dest)
        elif source.is_dir():
            shutil.copytree(source, dest)
        return sum(path.is_file() for path in dest.rglob("*"))


def cloud(home: Path) -> Cloud:
    """One cloud with an endpoint `scores` whose key is `primary`; call it again on the same home after a stop."""
    home.mkdir(exist_ok=True)
    store = Store(home / "state.db")
    made = cast(Cloud, SimpleNamespace(home=home, store=store, clock=Clock(store), blobs=Folder(home / "storage")))
    made.processes = Processes(store)
    made.environments = Environments(home, made.processes)
    made.scoring = Scoring(made)
    if store.get(ENDPOINT) is None:
        store.put(Resource(WORKSPACE.child("environments", "e").child("versions", "1"), properties(condaFile=CONDA)))
        secret = {"primaryKey": KEY, "secondaryKey": "secondary", "tokenSecret": "t"}
        body = {"location": "westeurope", **properties(authMode="Key", traffic={}, mirrorTraffic={})}
        store.put(Resource(ENDPOINT, body, secret))
        names.take(store, "westeurope", ENDPOINT)
    return made


def properties(**values: Any) -> dict[str, Any]:
    return {"properties": values}


def asset(cloud: Cloud, kind: str, name: str, files: Mapping[str, str]) -> str:
    """A code (`codes`) or model (`models`) version with these files; gives its id. A file `""` is the asset itself."""
    at = f"uploads/{name}"
    for path, text in files.items():
        target = cloud.home / "storage" / at / path if path else cloud.home / "storage" / at
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
    version = WORKSPACE.child(kind, name).child("versions", "1")
    uri = {"codes": "codeUri", "models": "modelUri"}[kind]
    cloud.store.put(Resource(version, properties(**{uri: f"folder://{at}"})))
    return version.text


def deployment(cloud: Cloud, name: str, code: str, *, capacity: int = 1, **values: Any) -> Resource:
    """A deployment resource whose probes look every second."""
    probe = {"initialDelay": "PT1S", "period": "PT1S", "timeout": "PT1S", "failureThreshold": 30}
    given = {
        "codeConfiguration": {"codeId": code, "scoringScript": "score.py"},
        "environmentId": WORKSPACE.child("environments", "e").child("versions", "1").text,
        "readinessProbe": probe,
        "livenessProbe": probe,
    }
    body = properties(**{**given, **values})
    return cloud.store.put(Resource(ENDPOINT.child("deployments", name), {**body, "sku": {"capacity": capacity}}))


def traffic(cloud: Cloud, live: Mapping[str, int], mirrored: Mapping[str, int] | None = None) -> None:
    endpoint = cloud.store.get(ENDPOINT)
    assert endpoint is not None
    cloud.store.put(endpoint.with_properties(traffic=live, mirrorTraffic=mirrored or {}))


class Answer:
    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.status = messages[0]["status"]
        self.headers = {k.decode(): v.decode() for k, v in messages[0]["headers"]}
        self.body = b"".join(message["body"] for message in messages[1:])

    @property
    def json(self) -> Any:
        return json.loads(self.body)


async def score(
    cloud: Cloud, data: Any = None, *, path: str = "scores/score", method: str = "POST", **headers: str
) -> Answer:
    """One request to the front, with the right key unless `authorization` says otherwise. `_` in names is `-`."""
    given = {"authorization": f"Bearer {KEY}", "content-type": "application/json", **headers}
    sent: list[dict[str, Any]] = []
    body = json.dumps(data).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": f"/inference/westeurope/{path}",
        "query_string": b"",
        "headers": [(k.replace("_", "-").encode(), v.encode()) for k, v in given.items() if v],
    }
    await cloud.scoring.routes()[0].handle(scope, receive, send)
    return Answer(sent)
