"""What an environment runs follows from its stage: neither a manifest that changes nor one that is gone moves it."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.unit.infra.mocked import declare

from amlops.config import Repository, load_environment
from amlops.releases import Release, Stage, load_release, write_release, write_stage
from amlops.releases.identity import release_id
from programs import deployment

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "tests/testdata/ok/releases/60c746df0471.yaml"
NAME = "diabetes-progression"
KEPT = ("about.yaml", "sample-request.json")
"""What a deployment's stack, and its smoke test, read beside releases and stages."""


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """The real environments and deployment; prod runs a release."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("environments", "deployments"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    repo = Repository(tmp_path)
    release = _sample(repo)
    write_stage(repo, NAME, "prod", Stage(release.id))
    return repo


def _sample(repo: Repository) -> Release:
    target = repo.releases_dir(NAME, "prod") / SAMPLE.name
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(SAMPLE, target)
    return load_release(repo, NAME, "prod", SAMPLE.stem)


def _declared(repo: Repository, environment: str = "prod") -> list[tuple[str, str, Any]]:
    stack, found = f"{environment}.{NAME}", load_environment(repo, environment)
    azure = declare(lambda: deployment.run(repo, found, NAME, stack), stack)
    return [(item.type, item.name, item.inputs) for item in azure.declared]


def test_editing_a_manifest_changes_no_environment(repo: Repository) -> None:
    """Endpoint, deployment, code and conda file may say what they like until a release carries it."""
    before = _declared(repo)
    assert before
    folder = repo.deployment(NAME)
    for name in ("endpoint.yml", "deployment.yml", "job.yml", "environment/scoring.yml", "scoring/score.py"):
        (folder / name).write_text("name: something-else\ninstance_type: Standard_NC96ads_A100_v4\n")
    assert _declared(repo) == before


def test_prod_is_rebuilt_from_its_stage_with_every_manifest_gone(repo: Repository) -> None:
    """Release, stage and about.yaml are enough, of the release's own making or another's."""
    before = _declared(repo)
    folder = repo.deployment(NAME)
    for entry in folder.iterdir():
        if entry.name not in (*KEPT, "releases", "stages"):
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
    assert _declared(repo) == before


def test_a_new_release_changes_nothing_until_a_stage_names_it(repo: Repository) -> None:
    """What was released is there for all to see, and runs nowhere."""
    before = _declared(repo)
    release = load_release(repo, NAME, "prod", SAMPLE.stem)
    body = {**release.deployment_body, "properties": {**release.deployment_body["properties"], "instanceType": "Big"}}
    id = release_id(NAME, release.endpoint, body, release.assets)
    other = replace(release, id=id, deployment_body=body)
    write_release(repo, "prod", other)
    assert _declared(repo) == before
    write_stage(repo, NAME, "prod", Stage(release.id, other.id))
    served = [kind for kind, _, _ in _declared(repo) if kind.endswith(":OnlineDeployment")]
    assert len(served) == 2


def test_another_environments_stage_is_not_read(repo: Repository) -> None:
    """What is tried in dev does not reach prod."""
    before = _declared(repo)
    write_stage(repo, NAME, "dev", Stage(SAMPLE.stem, rejected=("0" * 12,)))
    assert _declared(repo) == before
    assert _declared(repo, "staging") == []
