"""Unmodified clients work with what `make up` made; all they are given are the variables of `amlops env`."""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.contract.jobs.workspace import mlflow_python
from tests.support.clone import Clone

from .local import ENDPOINT, GROUP, REGISTRY, REQUEST, STACK, WORKSPACE, current_release, training_job

pytestmark = pytest.mark.e2e
SCRIPTS = Path(__file__).parent / "clients"


def test_azure_identity_and_mgmt_read_and_change(clone: Clone) -> None:
    """They list workspaces, computes, endpoints, deployments with their log, keys, jobs, models and environments, and
    tag the endpoint.
    """
    found = last_line(script(clone, "management.py"))
    release = current_release(clone)
    assert (found["workspace"], found["state"], found["endpoint"]) == (WORKSPACE, "Succeeded", ENDPOINT)
    assert found["computes"] == {"cpu-cml-local": "Standard_DS3_v2"}
    assert found["traffic"] == {f"r-{release}": 100}
    assert found["deployments"][f"r-{release}"] == "Succeeded"
    assert "init" in found["log"]
    assert len(found["key"]) > 30
    assert found["jobs"][training_job(clone)] == "Completed"
    assert "1" in found["models"]["diabetes-progression"]
    assert found["environments"]["CliV2AnonymousEnvironment"]
    assert found["tags"]["seen-by"] == "the SDK"
    assert found["tags"]["stack"] == STACK


def test_ml_client_registers_runs_streams_downloads_and_invokes(clone: Clone, tmp_path: Path) -> None:
    """azure-ai-ml gets the workspace, registers a model and data from local files, submits a job, streams its log from
    before it runs to its last line, downloads its outputs, invokes the endpoint and reads the registry.
    """
    printed = script(clone, "ml_client.py", GROUP, WORKSPACE, ENDPOINT, REQUEST, REGISTRY, str(tmp_path / "s"))
    found = last_line(printed)
    assert found["workspace"] == "westeurope"
    assert {"by-hand", "diabetes-progression"} <= set(found["models"])
    assert found["model"].endswith("/model")
    assert found["data"].endswith("/table.csv")
    assert found["submitted"] in ("NotStarted", "Queued", "Preparing")
    streamed = printed[printed.index("Streaming user_logs/std_log.txt") :]
    assert streamed.index("the first line") < streamed.index("the last line") < streamed.index("Execution Summary")
    assert found["ended"] == "Completed"
    assert found["downloaded"] == [
        "artifacts/user_logs/std_log.txt",
        "by-hand/model/weights.txt",
        "named-outputs/copied/copy.csv",
    ]
    assert (tmp_path / "s/got/named-outputs/copied/copy.csv").read_text() == "a,b\n1,2\n"
    assert len(found["answer"]["predictions"]) == 2
    assert "diabetes-progression" in found["published"]


def test_mlflow_reads_the_training_and_logs_a_model(clone: Clone) -> None:
    """The mlflow client finds the training's metrics under the job's name; a model that it logs loads again, and is a
    model of the workspace once it is registered.
    """
    printed = script(clone, "mlflow_client.py", training_job(clone), interpreter=mlflow_python())
    found = last_line(printed)
    assert (found["status"], found["experiment"]) == ("FINISHED", "diabetes-progression")
    assert {"rmse", "mae", "r2"} <= set(found["metrics"])
    assert found["history"] == [found["metrics"]["rmse"]]
    assert found["params"]["alpha"] == "1.0"
    assert found["loss"] == {"loss": 0.25}
    assert abs(found["predicts"] - 3.0) < 1e-9
    assert int(found["registered"]) >= 1
    assert last_line(script(clone, "management.py"))["models"]["logged-by-hand"]


def script(clone: Clone, name: str, *arguments: str, interpreter: str | Path = ".venv/bin/python") -> str:
    """What one of the scripts prints. Its own interpreter's variables are the newcomer's, and those of `amlops env`."""
    words = shlex.join([str(interpreter), "-W", "ignore", str(SCRIPTS / name), *arguments])
    return clone.run(f'set -e; found=$(.venv/bin/amlops env {STACK}); eval "$found"; {words}')


def last_line(printed: str) -> Mapping[str, Any]:
    return dict(json.loads(printed.rstrip().rpartition("\n")[2]))
