"""kill -9 of the local Azure while a job runs."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.contract.jobs import workspace
from tests.support import cloud as support

pytestmark = pytest.mark.emulator_only

# The second attempt finds nothing of the first and must leave only its own traces.
SCRIPT = """
import os, pathlib, sys, time
pathlib.Path("outputs/attempt.txt").write_text(sys.argv[1])
pathlib.Path(os.environ["AZURE_ML_OUTPUT_model"], "model.txt").write_text("m")
import mlflow
with mlflow.start_run():
    mlflow.log_metric("steps", time.time(), step=0)
    print("logged", flush=True)
    time.sleep(1.5)
"""

COUNT = """
import sys, mlflow
run = mlflow.MlflowClient().get_run(sys.argv[1])
assert run.info.status == "FINISHED", run.info
assert len(mlflow.MlflowClient().get_metric_history(sys.argv[1], "steps")) == 1
assert list(mlflow.search_runs(search_all_experiments=True)["run_id"]) == [sys.argv[1]]
"""


def test_a_job_that_was_running_is_run_again(tmp_path: Path) -> None:
    """It ends Completed under the same name and run id, with one model version and one run in MLflow."""
    from tests.contract.jobs.test_mlflow import client

    try:
        killed = workspace.create(support.start(tmp_path))
        output = {"model": {"jobOutputType": "custom_model", "assetName": "once"}}
        asked = f'"{workspace.mlflow_python()}" -W ignore -c "$SCRIPT" x'
        name = killed.submit(asked, outputs=output, environmentVariables={"SCRIPT": SCRIPT})
        killed.wait(name, "Running")
        os.kill(killed.cloud.told["pid"], signal.SIGKILL)

        lab = workspace.Workspace(support.start(tmp_path), killed.id)
        assert lab.wait(name) == "Completed", lab.details(name)
        versions = lab.send("GET", "models/once/versions").json()["value"]
        assert [(v["name"], v["properties"]["jobName"]) for v in versions] == [("1", name)]
        counted = client(lab, COUNT, name)
        assert counted.returncode == 0, counted.stderr
    finally:
        support.stop(tmp_path)
