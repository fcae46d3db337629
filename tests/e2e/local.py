"""What things of the environment `local` are called, and what its clone holds of them."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

from tests.support.clone import Clone

DEPLOYMENT = "diabetes-progression"
STACK = f"local.{DEPLOYMENT}"
STACKS = ("local.shared", "local", STACK)
GROUP, WORKSPACE, ENDPOINT = "rg-cml-local", "mlw-cml-local", "cml-diabetes-progression-local"
STORAGE, REGISTRY = "stcmllocal", "mlr-cml-local"
WHERE = (GROUP, WORKSPACE, ENDPOINT)
MANIFEST = f"deployments/{DEPLOYMENT}/deployment.yml"
REQUEST = f"deployments/{DEPLOYMENT}/sample-request.json"


def stage_file(clone: Clone) -> Path:
    return clone.path / f".local/deployments/{DEPLOYMENT}/stages/local.yaml"


def current_release(clone: Clone) -> str:
    found = re.search(r"^current: ['\"]?(\w+)", stage_file(clone).read_text(), re.MULTILINE)
    assert found, stage_file(clone).read_text()
    return found[1]


def training_job(clone: Clone) -> str:
    """The job that trained the model of the current release, as its lock file says."""
    file = clone.path / f".local/deployments/{DEPLOYMENT}/releases/{current_release(clone)}.yaml"
    found = re.search(r"^  job: (\S+)$", file.read_text(), re.MULTILINE)
    assert found, file.read_text()
    return found[1]


def ml(clone: Clone) -> Any:
    """azure-mgmt-machinelearningservices at the clone's local Azure, as its owner."""
    return clone.cloud().client(MachineLearningServicesMgmtClient)


def traffic(client: Any) -> dict[str, int]:
    live = client.online_endpoints.get(*WHERE).properties.traffic or {}
    return {name: percent for name, percent in live.items() if percent}


def resources(clone: Clone) -> dict[str, str]:
    """Every resource of the local Azure, id to etag, read from its store."""
    return dict(_rows(clone, "SELECT id, etag FROM resources"))


def records(clone: Clone, kind: str) -> list[str]:
    """Keys of what else the local Azure keeps."""
    return [key for (key,) in _rows(clone, "SELECT key FROM records WHERE kind = ?", kind)]


def _rows(clone: Clone, query: str, *values: str) -> list[Any]:
    with closing(connect(f"file:{clone.home / 'state.db'}?mode=ro", uri=True)) as store:
        return store.execute(query, values).fetchall()
