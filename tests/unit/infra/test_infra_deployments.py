"""The program of a deployment: it declares the stage's releases, and what is live as it is."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pulumi
import pytest
from tests.unit.infra import golden
from tests.unit.infra.mocked import Azure, Declared, declare

from amlops.config import Repository, load_environment
from amlops.releases import Asset, Provenance, Release, Stage, write_release, write_stage
from amlops.releases.identity import release_id
from programs import deployment

ROOT = Path(__file__).parents[3]
NAME = "wine-quality"

ABOUT = """\
# yaml-language-server: $schema=../../environments/schemas/about.json
description: Says how good a wine is.
team: diabetes-research
environments: [local, dev, staging, prod]
sample_request: sample-request.json
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """A repository with the real environments and one small deployment."""
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    folder = tmp_path / "deployments" / NAME
    folder.mkdir(parents=True)
    (folder / "about.yaml").write_text(ABOUT)
    for file in ("endpoint.yml", "deployment.yml", "sample-request.json"):
        (folder / file).write_text("{}")
    return Repository(tmp_path)


def _release(repo: Repository, environment: str, model: str, capacity: int = 1, auth: str = "Key") -> Release:
    assets = (Asset("model", f"azureml://registries/r/models/m/versions/{model}", f"sha256:{model.zfill(64)}", "src"),)
    body: dict[str, Any] = {
        "kind": "Managed",
        "sku": {"name": "Default", "capacity": capacity},
        "tags": {},
        "properties": {
            "endpointComputeType": "Managed",
            "instanceType": "Standard_DS3_v2",
            "model": assets[0].id,
            "livenessProbe": {"initialDelay": "PT10S"},
            "environmentVariables": {"snake_case_key": "x"},
        },
    }
    endpoint = {"kind": "Managed", "tags": {}, "properties": {"authMode": auth}}
    id = release_id(NAME, endpoint, body, assets)
    made = Provenance(None, False, None, "azure-ai-ml 1.35.2", {})
    release = Release(id, NAME, "2026-01-01T00:00:00Z", endpoint, body, assets, made)
    write_release(repo, environment, release)
    return release


def _declare(repo: Repository, environment: str, live: dict[str, Any] | None = None) -> Azure:
    stack = f"{environment}.{NAME}"
    found = load_environment(repo, environment)
    return declare(lambda: deployment.run(repo, found, NAME, stack), stack, live)


def _of(azure: Azure, kind: str) -> list[Declared]:
    return [item for item in azure.declared if item.type.endswith(f":{kind}")]


@pytest.mark.parametrize("environment", ["local", "dev", "staging", "prod"])
def test_first_deployment_starts_without_traffic(repo: Repository, environment: str) -> None:
    """Where nothing is live, the endpoint is declared without traffic and the deployment with its own capacity."""
    release = _release(repo, environment, "1", capacity=2)
    write_stage(repo, NAME, environment, Stage(release.id))
    azure = _declare(repo, environment)
    (endpoint,), (served,) = _of(azure, "OnlineEndpoint"), _of(azure, "OnlineDeployment")
    assert endpoint.inputs["properties"]["traffic"] == {}
    assert served.inputs["sku"]["capacity"] == 2
    assert len(_of(azure, "AutoscaleSetting")) == (environment == "prod")
    assert served.inputs["deploymentName"] == release.deployment_name
    assert served.inputs["tags"]["release"] == release.id
    golden.check(f"{environment}.{NAME}", azure.declared)


def test_body_of_a_release_reaches_the_engine_unchanged(repo: Repository) -> None:
    """Nested keys stay as ARM writes them, snake_case names of the user's included."""
    release = _release(repo, "dev", "1")
    write_stage(repo, NAME, "dev", Stage(release.id))
    (served,) = _of(_declare(repo, "dev"), "OnlineDeployment")
    assert served.inputs["properties"] == release.deployment_body["properties"]


def test_live_traffic_mirror_and_capacity_are_declared_as_they_are(repo: Repository) -> None:
    """Whatever rollout and autoscale did is what the program declares; no stale value goes along."""
    old, new = _release(repo, "dev", "1"), _release(repo, "dev", "2")
    write_stage(repo, NAME, "dev", Stage(old.id, candidate=new.id))
    endpoint = f"cml-{NAME}-dev"
    split = {old.deployment_name: 90.0, new.deployment_name: 10.0}
    azure = _declare(
        repo,
        "dev",
        {
            endpoint: {"properties": {"traffic": split, "mirrorTraffic": {new.deployment_name: 5.0}}},
            old.deployment_name: {"sku": {"name": "Default", "capacity": 4.0}},
        },
    )
    (declared,) = _of(azure, "OnlineEndpoint")
    assert declared.inputs["properties"]["traffic"] == {old.deployment_name: 90, new.deployment_name: 10}
    assert declared.inputs["properties"]["mirrorTraffic"] == {new.deployment_name: 5}
    capacity = {item.name: item.inputs["sku"]["capacity"] for item in _of(azure, "OnlineDeployment")}
    assert capacity == {old.deployment_name: 4, new.deployment_name: 1}


def test_tags_of_a_rollout_are_declared_as_they_are(repo: Repository) -> None:
    """A runner goes on by them, so an update must not take them away; other tags of the cloud are not taken over."""
    old, new = _release(repo, "dev", "1"), _release(repo, "dev", "2")
    write_stage(repo, NAME, "dev", Stage(old.id, candidate=new.id))
    kept = {"rollout": f"{new.deployment_name}@2026-12-01T10:00:00Z 10+60", "rollout-reason": ""}
    began = {"rollout-began": "2026-12-01T10:00:00Z", "rollout-wish": "pause 2026-12-01T10:05:00Z ada"}
    properties: dict[str, Any] = {"traffic": {}, "mirrorTraffic": {}}
    azure = _declare(
        repo,
        "dev",
        {
            f"cml-{NAME}-dev": {"tags": {**kept, "by-hand": "x"}, "properties": properties},
            new.deployment_name: {"tags": {**began, "by-hand": "x"}},
        },
    )
    (endpoint,) = _of(azure, "OnlineEndpoint")
    assert kept.items() <= endpoint.inputs["tags"].items()
    tags = {item.inputs["tags"]["release"]: item.inputs["tags"] for item in _of(azure, "OnlineDeployment")}
    assert began.items() <= tags[new.id].items()
    assert not [name for name in (*endpoint.inputs["tags"], *tags[new.id]) if name == "by-hand"]
    assert not [name for name in tags[old.id] if name.startswith("rollout")]


def test_every_release_of_the_stage_is_declared_once(repo: Repository) -> None:
    """Current, candidate and previous run beside each other; a rejected one does not."""
    ids = [_release(repo, "dev", str(number)).id for number in range(4)]
    write_stage(repo, NAME, "dev", Stage(ids[0], ids[1], ids[2], (ids[3],)))
    names = {item.inputs["tags"]["release"] for item in _of(_declare(repo, "dev"), "OnlineDeployment")}
    assert names == set(ids[:3])


def test_the_endpoint_is_the_current_releases(repo: Repository) -> None:
    """It is one for all releases of the stage: another one's endpoint comes with it once it is current, and goes with
    it where somebody goes back."""
    key, token = _release(repo, "dev", "1"), _release(repo, "dev", "1", auth="AMLToken")
    assert key.id != token.id

    def declared(stage: Stage) -> str:
        write_stage(repo, NAME, "dev", stage)
        (endpoint,) = _of(_declare(repo, "dev"), "OnlineEndpoint")
        return str(endpoint.inputs["properties"]["authMode"])

    rolling = Stage(key.id, candidate=token.id)
    assert declared(rolling) == "Key"
    assert declared(rolling.accepted()) == "AMLToken"
    assert declared(rolling.accepted().rolled_back(key.id)) == "Key"


def test_stage_without_releases_declares_nothing(repo: Repository) -> None:
    """An empty stage has no endpoint."""
    assert _declare(repo, "dev").declared == []


def test_more_instances_than_the_environment_allows_are_refused(repo: Repository) -> None:
    """The message names the release, the limit and what to do."""
    release = _release(repo, "dev", "1", capacity=3)
    write_stage(repo, NAME, "dev", Stage(release.id))
    with pytest.raises(pulumi.RunError, match=r"asks for 3 instances; limits.instances_per_deployment of dev is 2"):
        _declare(repo, "dev")


def test_cloud_that_fails_is_not_taken_for_an_empty_one(repo: Repository) -> None:
    """Traffic is only taken as absent when Azure says so; anything else stops the program."""
    release = _release(repo, "dev", "1")
    write_stage(repo, NAME, "dev", Stage(release.id))
    with pytest.raises(pulumi.RunError, match="did not say what traffic is live"):
        _declare(repo, "dev", {f"cml-{NAME}-dev": {"fail": "status 503"}})


def test_environment_says_how_many_instances_there_are_at_least(repo: Repository) -> None:
    """A release with one instance gets two in prod; what autoscale made of them stays, what is fewer is raised."""
    old, new = _release(repo, "prod", "1"), _release(repo, "prod", "2")
    write_stage(repo, NAME, "prod", Stage(old.id, candidate=new.id))
    azure = _declare(repo, "prod", {old.deployment_name: {"sku": {"name": "Default", "capacity": 7.0}}})
    capacity = {item.name: item.inputs["sku"]["capacity"] for item in _of(azure, "OnlineDeployment")}
    assert capacity == {old.deployment_name: 7, new.deployment_name: 2}
    azure = _declare(repo, "prod", {old.deployment_name: {"sku": {"name": "Default", "capacity": 1.0}}})
    assert {item.inputs["sku"]["capacity"] for item in _of(azure, "OnlineDeployment")} == {2}


def test_each_deployment_of_prod_follows_its_own_load(repo: Repository) -> None:
    """A setting for each release, in the team's own group, aimed at an id that is known before anything exists."""
    old, new = _release(repo, "prod", "1"), _release(repo, "prod", "2")
    write_stage(repo, NAME, "prod", Stage(old.id, candidate=new.id))
    settings = _of(_declare(repo, "prod"), "AutoscaleSetting")
    targets = {item.inputs["targetResourceUri"].rpartition("/")[2]: item.inputs for item in settings}
    assert set(targets) == {old.deployment_name, new.deployment_name}
    inputs = targets[new.deployment_name]
    assert inputs["resourceGroupName"] == "rg-cml-prod-team-diabetes-research"
    assert inputs["autoscaleSettingName"] == f"as-cml-prod-{NAME}-{new.id}"
    (profile,) = inputs["profiles"]
    assert profile["capacity"] == {"minimum": "2", "maximum": "10", "default": "2"}
    assert [rule["scaleAction"]["direction"] for rule in profile["rules"]] == ["Increase", "Decrease"]
