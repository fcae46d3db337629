"""The first commands of the page on adding a deployment, where the one that is copied has been released."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from tests.support.how_to import blocks

from amlops.config import Repository, load_about
from amlops.promotion.in_order import stages_in_git
from amlops.releases import release_ids

ROOT = Path(__file__).parents[3]
OLD, NEW = "diabetes-progression", "bmi-effect"


def test_a_copy_is_a_deployment_that_was_never_released(tmp_path: Path) -> None:
    """Releases and stages of the other one stay there: with another name they would be edited ones."""
    shutil.copytree(ROOT / "environments", tmp_path / "environments")
    shutil.copytree(ROOT / "deployments" / OLD, tmp_path / "deployments" / OLD)
    repo = Repository(tmp_path)
    release = ROOT / "tests/testdata/ok/releases/60c746df0471.yaml"
    for file, text in (
        (repo.releases_dir(OLD, "dev") / release.name, release.read_text()),
        (repo.stage_file(OLD, "dev"), "current: 60c746df0471\n"),
    ):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    subprocess.run(["bash", "-ec", blocks("add-a-deployment")[0]], cwd=tmp_path, check=True)
    assert load_about(repo, NEW, manifests=True).environments == load_about(repo, OLD).environments
    assert (release_ids(repo, NEW, "dev"), stages_in_git(repo, NEW)) == ((), ())
    assert (release_ids(repo, OLD, "dev"), stages_in_git(repo, OLD)) == (("60c746df0471",), ("dev",))
