"""The unmodified mlflow client against a workspace's tracking URI."""

from __future__ import annotations

import subprocess

import pytest

from tests.contract.jobs import workspace
from tests.contract.jobs.workspace import Workspace, mlflow_python, mlflow_variables

pytestmark = pytest.mark.client

LOG = """
import mlflow
with mlflow.start_run():
    mlflow.log_metric("rmse", 1.5)
    mlflow.log_metric("loss", 3, step=1)
    mlflow.log_metric("loss", 2, step=2)
    mlflow.log_param("alpha", "0.1")
    mlflow.log_text("hello", "notes/note.txt")
"""

READ = """
import sys, mlflow
client, run = mlflow.MlflowClient(), sys.argv[1]
found = client.get_run(run)
assert found.info.status == "FINISHED", found.info
assert found.data.metrics == {"rmse": 1.5, "loss": 2.0} and found.data.params == {"alpha": "0.1"}, found.data
assert [m.value for m in client.get_metric_history(run, "loss")] == [3.0, 2.0]
assert client.get_experiment(found.info.experiment_id).name == "tracked"
assert mlflow.artifacts.load_text(f"runs:/{run}/notes/note.txt") == "hello"
assert "notes" in [file.path for file in client.list_artifacts(run)]
"""

MODEL = """
import mlflow
from sklearn.linear_model import LinearRegression
with mlflow.start_run() as run:
    logged = mlflow.sklearn.log_model(
        LinearRegression().fit([[1.0], [2.0]], [1.0, 2.0]), name="model", pip_requirements=["scikit-learn"]
    )
assert abs(mlflow.sklearn.load_model(logged.model_uri).predict([[3.0]])[0] - 3.0) < 1e-9
assert run.info.run_id in list(mlflow.search_runs()["run_id"])
registered = mlflow.register_model(logged.model_uri, "registered-by-mlflow")
assert registered.version == "1", registered
assert abs(mlflow.sklearn.load_model("models:/registered-by-mlflow/1").predict([[3.0]])[0] - 3.0) < 1e-9
assert [v.version for v in mlflow.MlflowClient().search_model_versions("name='registered-by-mlflow'")] == ["1"]
"""


def client(of: Workspace, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script with the mlflow client."""
    words = [str(mlflow_python()), "-W", "ignore", "-c", script, *arguments]
    return subprocess.run(words, env=mlflow_variables(of), capture_output=True, text=True, check=False)


def test_a_job_logs_and_its_run_is_read_by_the_job_s_name(lab: Workspace) -> None:
    """Metrics, parameters and artifacts that a job logs are found under the job's name."""
    name = lab.submit("true")  # the server's environment is built by now
    lab.wait(name)
    asked = f'"{mlflow_python()}" -W ignore -c "$SCRIPT"'
    name = lab.submit(asked, environmentVariables={"SCRIPT": LOG}, experimentName="tracked")
    assert lab.wait(name) == "Completed", lab.details(name)
    read = client(lab, READ, name)
    assert read.returncode == 0, read.stderr


def test_a_model_is_logged_and_loaded(lab: Workspace) -> None:
    """Without a job: a run in the default experiment, with a scikit-learn model, which becomes the workspace's own."""
    lab.wait(lab.submit("true"))
    logged = client(lab, MODEL)
    assert logged.returncode == 0, logged.stderr
    model = lab.ml_client().models.get("registered-by-mlflow", version="1")
    assert model.type == "mlflow_model"
    assert "/datastores/workspaceartifactstore/paths/LoggedModels/" in model.path


def test_another_workspace_sees_nothing_of_it(lab: Workspace) -> None:
    """A run is not found from another workspace, nor by who has no role."""
    name = lab.submit("true")
    lab.wait(name)
    other, read = workspace.create(lab.cloud), f"api/2.0/mlflow/runs/get?run_id={name}"
    absent = lab.plane("GET", f"/mlflow/v2.0{other.id}/{read}")
    assert (absent.status_code, absent.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    refused = lab.plane("GET", f"/mlflow/v2.0{lab.id}/{read}", caller=lab.cloud.new_caller("stranger"))
    assert (refused.status_code, refused.json()["error_code"]) == (403, "AuthorizationFailed")
    assert lab.plane("GET", f"/mlflow/v2.0{lab.id}/{read}").status_code == 200
