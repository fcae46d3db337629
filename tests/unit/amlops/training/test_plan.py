"""The training job as it will be submitted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from amlops.config import ConfigError, Environment, Repository, load_environment
from amlops.releases import pins
from amlops.training.plan import plan_training

ROOT = Path(__file__).parents[4]
NAME = "diabetes-progression"
WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w"


@pytest.fixture(autouse=True)
def pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stands for uv, which asks a package registry."""
    monkeypatch.setattr(pins, "_resolve", lambda requirements, python: "".join(f"{line}\n" for line in requirements))


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """This repository's own deployment and environments, in a folder of their own."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "deployments", tmp_path / "deployments", ignore=ignored)
    shutil.copytree(ROOT / "environments", tmp_path / "environments", ignore=ignored)
    return Repository(tmp_path)


@pytest.fixture
def local(repo: Repository) -> Environment:
    return load_environment(repo, "local")


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_the_same_work_has_the_same_name(repo: Repository, local: Environment) -> None:
    """Whoever runs it again, in whatever clone, finds the job; other content or another workspace is other work."""
    one = plan_training(repo, NAME, local, WORKSPACE)
    assert plan_training(repo, NAME, local, WORKSPACE) == one
    other = plan_training(repo, NAME, local, WORKSPACE[:-1] + "x")
    edit(repo.deployment(NAME) / "training" / "model.py", "Ridge(alpha=alpha)", "Ridge(alpha=2 * alpha)")
    changed = plan_training(repo, NAME, local, WORKSPACE)
    assert len({one.name, other.name, changed.name}) == 3
    assert one.name.startswith(f"{NAME}-")
    properties = one.body["properties"]
    assert one.models == (NAME,)
    assert properties["computeId"] == f"{WORKSPACE}/computes/cpu-cml-local"
    assert properties["environmentId"].startswith(f"{WORKSPACE}/environments/CliV2AnonymousEnvironment/versions/")
    assert properties["codeId"] == f"{WORKSPACE}/codes/{one.assets[0].digest[:32]}/versions/1"
    assert "${" not in str(properties).replace("${{", "")


def test_a_deployment_without_training_says_so(repo: Repository, local: Environment) -> None:
    """about.yaml names no job."""
    edit(repo.about_file(NAME), "training: job.yml\n", "")
    with pytest.raises(ConfigError, match=r'about.yaml:1: "training" is missing'):
        plan_training(repo, NAME, local, WORKSPACE)


def test_a_job_that_registers_nothing_is_refused(repo: Repository, local: Environment) -> None:
    """The release would find no model."""
    edit(repo.deployment(NAME) / "job.yml", "    name: diabetes-progression\n", "")
    with pytest.raises(ConfigError, match=r"job.yml:20: no output registers a model; .*\[registered-model\]"):
        plan_training(repo, NAME, local, WORKSPACE)


def test_what_is_wrong_with_the_deployment_shows_before_the_training(repo: Repository, local: Environment) -> None:
    """A training of an hour must not end at a typo that was there before."""
    edit(repo.deployment(NAME) / "deployment.yml", "endpoint_name: diabetes-progression\n", "")
    with pytest.raises(ConfigError, match=r'deployment.yml:1: "endpoint_name" is missing'):
        plan_training(repo, NAME, local, WORKSPACE)
