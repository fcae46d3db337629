"""kill -9 of the local Azure while a job runs."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.contract.jobs import workspace
from tests.support import cloud as support

pytestmark = pytest.mark.emulator_only

# Logs over plain REST: the client's import takes seconds, and it is not what is tested here.
SCRIPT = """
import json, os, pathlib, ssl, time, urllib.request
pathlib.Path(os.environ["AZURE_ML_OUTPUT_model"], "model.txt").write_text("m")
metric = {"run_id": os.environ["MLFLOW_RUN_ID"], "key": "steps", "value": 1, "timestamp": int(time.time() * 1000)}
urllib.request.urlopen(
    urllib.request.Request(
        os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/log-metric",
        data=json.dumps(metric).encode(),
        headers={"Authorization": "Bearer " + os.environ["MLFLOW_TRACKING_TOKEN"], "Content-Type": "application/json"},
    ),
    context=ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"]),
)
print("logged", flush=True)
time.sleep(1.5)
"""


def test_a_job_that_was_running_is_run_again(tmp_path: Path) -> None:
    """It ends Completed under the same name and run id, with one model version and one run in MLflow."""
    try:
        killed = workspace.create(support.start(tmp_path))
        output = {"model": {"jobOutputType": "custom_model", "assetName": "once"}}
        name = killed.submit('python -c "$SCRIPT"', outputs=output, environmentVariables={"SCRIPT": SCRIPT})
        killed.wait(name, "Running")
        while not killed.details(name)["logFiles"]:
            time.sleep(0.05)
        os.kill(killed.cloud.told["pid"], signal.SIGKILL)

        lab = workspace.Workspace(support.start(tmp_path), killed.id)
        assert lab.wait(name) == "Completed", lab.details(name)
        versions = lab.send("GET", "models/once/versions").json()["value"]
        assert [(v["name"], v["properties"]["jobName"]) for v in versions] == [("1", name)]
        run = lab.mlflow("GET", f"runs/get?run_id={name}")["run"]
        assert run["info"]["status"] == "FINISHED"
        assert len(lab.mlflow("GET", f"metrics/get-history?run_id={name}&metric_key=steps")["metrics"]) == 1
        found = lab.mlflow("POST", "runs/search", {"experiment_ids": [run["info"]["experiment_id"]]})["runs"]
        assert [one["info"]["run_id"] for one in found] == [name]
    finally:
        support.stop(tmp_path)
