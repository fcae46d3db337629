"""Manifests to ARM bodies, by the official client."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from amlops.config import Repository
from amlops.manifests import WORKSPACE, Compiled, Context, Manifest, bound, compile_manifests
from amlops.manifests.recording import GROUP, LATEST_VERSION, NAME, SUBSCRIPTION

WORKSPACE_ID = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"


@pytest.mark.parametrize(
    ("sample", "kind", "segments"),
    [
        ("managed-online-endpoint", "onlineEndpoints", ("churn",)),
        ("kubernetes-online-endpoint", "onlineEndpoints", ("churn-k8s",)),
        ("managed-online-deployment", "onlineEndpoints/deployments", ("churn", "blue")),
        ("kubernetes-online-deployment", "onlineEndpoints/deployments", ("churn-k8s", "blue")),
        ("batch-endpoint", "batchEndpoints", ("churn-batch",)),
        ("batch-deployment", "batchEndpoints/deployments", ("churn-batch", "nightly")),
        ("environment", "environments/versions", ("churn-serving", "1")),
        ("data", "data/versions", ("customers", "2026-01")),
        ("data-of-repository", "data/versions", ("weights", "1")),
        ("model", "models/versions", ("churn", "1")),
        ("component", "components/versions", ("score", "1")),
        ("command-job", "jobs", ("churn-training",)),
        ("pipeline-job", "jobs", ("churn-pipeline",)),
        ("schedule", "schedules", ("churn-nightly",)),
        ("datastore", "datastores", ("lake",)),
        ("connection", "connections", ("models-repository",)),
        ("compute", "computes", ("gpu",)),
        ("serverless-endpoint", "serverlessEndpoints", ("phi",)),
    ],
)
def test_each_kind_compiles_to_its_resource(
    compiled: dict[str, Compiled], sample: str, kind: str, segments: tuple[str, ...]
) -> None:
    """The manifest's own resource comes last, under its ARM type and names."""
    main = compiled[sample].main
    assert (main.kind, main.segments) == (kind, segments)
    assert main.api_version


def test_bodies_name_no_workspace_and_hold_no_nulls(compiled: dict[str, Compiled]) -> None:
    """Nothing of the transport that recorded them is left, and nothing that differs by machine or commit."""
    text = json.dumps([resource.body for plan in compiled.values() for resource in plan.resources])
    for trace in (SUBSCRIPTION, GROUP, NAME, LATEST_VERSION, "null", "git.", "recorded", str(Path.home())):
        assert trace not in text
    assert all("location" not in plan.main.body for plan in compiled.values())


def test_keys_stay_as_on_the_wire(compiled: dict[str, Compiled]) -> None:
    """Nested keys are ARM's own; durations are ISO 8601."""
    properties = compiled["managed-online-deployment"].main.body["properties"]
    assert properties["codeConfiguration"]["scoringScript"] == "score.py"
    assert properties["endpointComputeType"] == "Managed"
    assert compiled["managed-online-deployment"].main.body["sku"] == {"name": "Default", "capacity": 2}


def test_numbers_become_text_where_arm_wants_text(compiled: dict[str, Compiled]) -> None:
    """Tags, environment variables and literal inputs are strings in ARM; the client sends some as numbers."""
    assert compiled["managed-online-endpoint"].main.body["tags"] == {"cost-center": "4711"}
    assert compiled["managed-online-deployment"].main.body["properties"]["environmentVariables"] == {"WORKERS": "2"}
    assert compiled["component"].main.body["properties"]["componentSpec"]["inputs"]["limit"]["default"] == "10"


def test_latest_stays_open_and_is_listed(compiled: dict[str, Compiled]) -> None:
    """`@latest` is not resolved while compiling: the plan says what is open."""
    plan = compiled["command-job"]
    assert [item.id for item in plan.open_versions] == [f"{WORKSPACE}/data/customers/versions/${{latest}}"]
    assert plan.main.body["properties"]["inputs"]["data"]["uri"] == plan.open_versions[0].id


def test_code_is_named_by_content(compiled: dict[str, Compiled]) -> None:
    """Two manifests with the same code folder refer to the same code; the client alone makes up an id each time."""
    one, two = compiled["command-job"], compiled["managed-online-deployment"]
    code = next(item for item in one.assets if item.kind == "code")
    assert code.id == one.main.body["properties"]["codeId"]
    assert code.id == two.main.body["properties"]["codeConfiguration"]["codeId"]
    assert [file.path for file in code.files] == ["main.py", "score.py"]
    assert code.path.as_posix() == "code"


@pytest.mark.parametrize(("sample", "key"), [("model", "modelUri"), ("data-of-repository", "dataUri")])
def test_local_files_are_listed_not_uploaded(compiled: dict[str, Compiled], sample: str, key: str) -> None:
    """A model or data asset made of files refers to where publishing will put them."""
    plan = compiled[sample]
    assert plan.main.body["properties"][key] == plan.assets[0].id
    assert [file.path for file in plan.assets[0].files] == ["weights.json"]


def test_components_of_a_pipeline_come_before_it(compiled: dict[str, Compiled]) -> None:
    """The plan is in the order in which it must be sent."""
    kinds = [resource.kind for resource in compiled["pipeline-job"].resources]
    assert kinds == ["components/versions", "components/versions", "jobs"]


def test_binding_puts_the_workspace_in(compiled: dict[str, Compiled]) -> None:
    """One plan serves any workspace."""
    body = bound(compiled["command-job"].main.body, WORKSPACE_ID)
    assert body["properties"]["computeId"] == f"{WORKSPACE_ID}/computes/cpu"
    uri = bound(compiled["model"].main.body, WORKSPACE_ID)["properties"]["modelUri"]
    assert uri.startswith("azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/workspaceblobstore/")


def test_what_is_cached_needs_no_client(samples: Repository, compiled: dict[str, Compiled]) -> None:
    """A second look at all samples gives the same plans and starts no compiling process."""
    files = sorted(samples.deployment("ok").glob("*.yml"))
    script = (
        "import subprocess, sys, pathlib\n"
        "subprocess.run = None\n"
        "from amlops.config import Repository\n"
        "from amlops.manifests import Context, Manifest, compile_manifests\n"
        "repo = Repository(pathlib.Path(sys.argv[1]))\n"
        "plans = compile_manifests([Manifest(pathlib.Path(f)) for f in sys.argv[2:]], context=Context(repo))\n"
        "assert 'azure.ai.ml' not in sys.modules\n"
        "print(len(plans))\n"
    )
    command = [sys.executable, "-c", script, str(samples.root), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(len(compiled))
    again = compile_manifests([Manifest(file) for file in files], context=Context(samples))
    assert {file.stem: plan for file, plan in zip(files, again, strict=True)} == compiled


def test_another_folder_and_another_commit_give_the_same_plan(tmp_path: Path, compiled: dict[str, Compiled]) -> None:
    """Plans depend on content alone; a changed file of the code, but not `__pycache__`, makes another plan."""
    source = Path(__file__).parents[3] / "testdata" / "ok" / "manifests"
    repo = Repository(tmp_path)
    folder = tmp_path / "deployments" / "elsewhere"
    shutil.copytree(source, folder)
    (folder / "code" / "__pycache__").mkdir()
    (folder / "code" / "__pycache__" / "main.pyc").write_bytes(b"x")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    job, deployment = folder / "command-job.yml", folder / "managed-online-deployment.yml"
    plans = compile_manifests(
        [Manifest(deployment), Manifest(job, overrides={"experiment_name": "e"})], context=Context(repo)
    )
    assert plans[0] == compiled["managed-online-deployment"]
    assert plans[1].main.body["properties"]["codeId"] == compiled["command-job"].main.body["properties"]["codeId"]
    (folder / "code" / "main.py").write_text("print(2)\n")
    changed = compile_manifests([Manifest(deployment)], context=Context(repo))[0]
    assert changed.main.body["properties"]["codeConfiguration"] != plans[0].main.body["properties"]["codeConfiguration"]
