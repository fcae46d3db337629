"""Command jobs as azure-ai-ml and plain ARM see them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from azure.ai.ml import Input, Output, command
from azure.ai.ml.entities import Environment
from azure.ai.ml.exceptions import JobException

from tests.contract.jobs.workspace import CONDA, Workspace

pytestmark = pytest.mark.filterwarnings("ignore")  # azure-ai-ml uses what its own libraries call deprecated

SCRIPT = """
import os, pathlib, sys, time
print("first line", flush=True)
pathlib.Path(os.environ["AZURE_ML_OUTPUT_table"], "table.csv").write_text("x")
pathlib.Path(sys.argv[2], "model.txt").write_text("m")
pathlib.Path("outputs/metrics.json").write_text("{}")
time.sleep(1)
print("data:", open(sys.argv[1]).read(), "last line", flush=True)
"""


@pytest.mark.client
def test_submit_stream_and_download(lab: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """MLClient submits code and data, streams the log to its last line and downloads artifacts and named outputs; the
    output with a name is a model that knows its job.
    """
    source = tmp_path / "source"
    source.mkdir()
    (source / "main.py").write_text(SCRIPT)
    (tmp_path / "data.txt").write_text("from a file")
    (tmp_path / "conda.yml").write_text(CONDA)
    client = lab.ml_client()
    job = client.jobs.create_or_update(
        command(
            code=str(source),
            command="python main.py ${{inputs.data}} ${{outputs.model}}",
            environment=Environment(image="ubuntu", conda_file=str(tmp_path / "conda.yml")),
            inputs={"data": Input(type="uri_file", path=str(tmp_path / "data.txt"))},
            outputs={"table": Output(type="uri_folder"), "model": Output(type="custom_model", name="streamed")},
        )
    )
    assert job.status == "NotStarted"
    assert job.studio_url.startswith("https://ml.azure.com/runs/")
    client.jobs.stream(job.name)
    printed = capsys.readouterr().out
    assert "Streaming user_logs/std_log.txt" in printed
    assert "first line" in printed
    assert "data: from a file last line" in printed
    assert client.jobs.get(job.name).status == "Completed"

    client.jobs.download(job.name, download_path=tmp_path / "got", all=True)
    got = {path.relative_to(tmp_path / "got").as_posix() for path in (tmp_path / "got").rglob("*") if path.is_file()}
    assert got == {
        "artifacts/outputs/metrics.json",
        "artifacts/user_logs/std_log.txt",
        "named-outputs/model/model.txt",
        "named-outputs/table/table.csv",
    }
    model = client.models.get("streamed", label="latest")
    assert (model.version, model.job_name) == ("1", job.name)


@pytest.mark.client
def test_a_failing_job(lab: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """The client raises with the exit code and the log's tail; outputs written before are kept, no asset is made."""
    outputs = {"model": {"jobOutputType": "custom_model", "assetName": "never"}}
    name = lab.submit("echo x > ${{outputs.model}}/x; sleep 2; echo the reason >&2; exit 3", outputs=outputs)
    with pytest.raises(JobException, match=r"(?s)status code 3.*the reason"):
        lab.ml_client().jobs.stream(name)
    assert lab.status(name) == "Failed"
    assert lab.send("GET", "models/never").status_code == 404
    capsys.readouterr()


@pytest.mark.client
def test_cancel(lab: Workspace) -> None:
    """begin_cancel ends the job's processes and its state is Canceled; once more changes nothing."""
    name = lab.submit("sleep 600 & sleep 600")
    lab.wait(name, "Running")
    client = lab.ml_client()
    client.jobs.begin_cancel(name).result()
    assert client.jobs.get(name).status == "Canceled"
    client.jobs.begin_cancel(name).result()
    assert lab.status(name) == "Canceled"


@pytest.mark.client
def test_edit_list_and_archive(lab: Workspace) -> None:
    """Tags are added, an archived job leaves the list and comes back."""
    client, name = lab.ml_client(), lab.submit("true", tags={"a": "1"})
    lab.wait(name)
    changed = client.jobs.update(name, tags={"b": "2"}, display_name="shown")
    assert (changed.tags, changed.display_name) == ({"a": "1", "b": "2"}, "shown")
    client.jobs.archive(name)
    assert name not in [job.name for job in client.jobs.list()]
    client.jobs.restore(name)
    assert name in [job.name for job in client.jobs.list()]


@pytest.mark.emulator_only
def test_a_job_does_not_change(lab: Workspace) -> None:
    """A PUT with the same body is accepted, one with another command is refused and names the property."""
    body = lab.job("true")
    name = "job-same"
    lab.put(f"jobs/{name}", body)
    assert lab.send("PUT", f"jobs/{name}", {"properties": {**body, "tags": {"t": "1"}}}).status_code == 200
    refused = lab.send("PUT", f"jobs/{name}", {"properties": {**body, "command": "false"}})
    assert refused.status_code == 400
    assert "command can't be changed" in refused.json()["error"]["message"]
    lab.wait(name)


@pytest.mark.emulator_only
def test_what_is_refused(lab: Workspace) -> None:
    """A compute, environment or input that isn't there is 400 by name; what isn't run here is a clear 501."""
    environment = lab.environment()
    pipeline = {"jobType": "Pipeline", "jobs": {}}
    cases = [
        (
            400,
            "no-compute",
            {**lab.job("true", environmentId=environment), "computeId": f"{lab.id}/computes/no-compute"},
        ),
        (400, "environments/none", lab.job("true", environmentId=f"{lab.id}/environments/none/versions/1")),
        (400, "inputs.absent", lab.job("echo ${{inputs.absent}}", environmentId=environment)),
        (501, "jobType 'Pipeline' is not run by the local Azure", pipeline),
    ]
    for status, named, body in cases:
        answer = lab.send("PUT", "jobs/refused", {"properties": body})
        assert (answer.status_code, named in answer.text) == (status, True), answer.text
        assert lab.send("GET", "jobs/refused").status_code == 404


@pytest.mark.emulator_only
def test_the_timeout_runs_on_the_clock(lab: Workspace) -> None:
    """A job that is over its limits.timeout is canceled and says so; its run and MLflow's took that long."""
    name = lab.submit("sleep 600", limits={"jobLimitsType": "Command", "timeout": "PT1M"})
    lab.wait(name, "Running")
    lab.cloud.advance(61)
    assert lab.wait(name) == "Canceled"
    told = lab.details(name)
    assert "limits.timeout" in told["error"]["error"]["message"]
    began, ended = (datetime.fromisoformat(told[f"{when}TimeUtc"]) for when in ("start", "end"))
    assert timedelta(seconds=61) <= ended - began < timedelta(seconds=120)
    info = lab.mlflow("GET", f"runs/get?run_id={name}")["run"]["info"]
    assert 61_000 <= info["end_time"] - info["start_time"] < 120_000


@pytest.mark.emulator_only
def test_the_environment_of_a_job(lab: Workspace) -> None:
    """A job sees the variables that Azure ML sets and its own, and nothing of the emulator's."""
    variables = {"MINE": "yes"}
    inputs = {"n": {"jobInputType": "literal", "value": "5"}}
    asked = (
        'test "$AZUREML_RUN_ID" = "$MLFLOW_RUN_ID" && test "$MINE" = yes && test "$AZURE_ML_INPUT_n" = 5'
        ' && test -z "$AZURE_CLIENT_SECRET$UV_CACHE_DIR$VIRTUAL_ENV"'
        " && test '$[[--n ${{inputs.n}}]] $[[--m ${{inputs.m}}]]' = '--n 5 '"
    )
    name = lab.submit(asked, environmentVariables=variables, inputs=inputs)
    assert lab.wait(name) == "Completed", lab.details(name)
