"""about.yaml of a deployment: what is accepted, and what each rule says about what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.amlops.config.cases import ROOT, Case, assert_said, cases, repository

from amlops.config import ConfigError, Repository, load_about


def _put(case: Case, folder: Path) -> tuple[Repository, str]:
    repo, name = repository(folder), case.named("wine-quality")
    place = repo.deployment(name)
    place.mkdir(parents=True)
    (place / "about.yaml").write_text(case.text)
    for file in ("endpoint.yml", "deployment.yml", "job.yml", "sample-request.json"):
        (place / file).write_text("{}")
    repo.evaluations.mkdir()
    (repo.evaluations / "wine.csv").write_text("quality\n")
    return repo, name


@pytest.mark.parametrize("case", cases("ok", "about"), ids=lambda case: case.path.stem)
def test_good_file_is_accepted(case: Case, tmp_path: Path) -> None:
    """A file that keeps every rule loads."""
    repo, name = _put(case, tmp_path)
    assert load_about(repo, name, manifests=True, data=True).team == "wine"


@pytest.mark.parametrize("case", cases("err", "about"), ids=lambda case: case.path.stem)
def test_bad_file_is_refused_at_its_line(case: Case, tmp_path: Path) -> None:
    """A file that breaks rules is refused with one message each: place, what, what to do, rule."""
    repo, name = _put(case, tmp_path)
    with pytest.raises(ConfigError) as caught:
        load_about(repo, name, manifests=True, data=True)
    assert_said(caught.value, case, f"deployments/{name}/about.yaml")


def test_unknown_deployment_names_the_known_ones(tmp_path: Path) -> None:
    """Whoever mistypes a deployment is told which there are."""
    repo, _ = _put(cases("ok", "about")[0], tmp_path)
    with pytest.raises(ConfigError, match=r"available deployments are wine-quality"):
        load_about(repo, "wine")


def test_real_deployments_are_in_order() -> None:
    """The repository's own files load."""
    repo = Repository(ROOT)
    assert [load_about(repo, name, manifests=True, data=True).description for name in repo.deployment_names()]
