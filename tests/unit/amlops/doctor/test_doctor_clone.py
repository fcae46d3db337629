"""This clone and this machine, and CODEOWNERS in step with who owns what."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from amlops.config import Repository
from amlops.doctor import Clone, codeowners, examine_clone
from amlops.doctor.codeowners import organisation_in
from amlops.doctor.remote import named_by_remote
from amlops.doctor.workflow_files import asked_of_app, jobs_in
from amlops.git import Git, GitFailed

ROOT = Path(__file__).parents[4]


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    for name in ("environments", "deployments"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "CODEOWNERS", tmp_path)
    return Repository(tmp_path)


def _wrong(repo: Repository, **environ: str) -> dict[str, str]:
    results = examine_clone(Clone(repo, {**os.environ, **environ}))
    return {one.check: f"{one.said} → {one.mend}" for one in results if one.state == "wrong"}


def test_codeowners_is_what_the_files_say() -> None:
    """CODEOWNERS of this repository is in step with environments and deployments."""
    repo = Repository(ROOT)
    organisation = organisation_in(repo)
    assert organisation is not None
    assert (ROOT / "CODEOWNERS").read_text() == codeowners(repo, organisation)


def test_teams_review_their_own_deployments_and_owners_their_environments(repo: Repository) -> None:
    """The last rule that matches counts, so what is everybody's comes first."""
    rules = [line.split() for line in codeowners(repo, "fabrikam").splitlines() if line and not line.startswith("#")]
    assert rules[0] == ["*", "@fabrikam/ml-platform"]
    assert ["/environments/prod.yaml", "@fabrikam/ml-platform"] in rules
    assert ["/deployments/diabetes-progression/", "@fabrikam/diabetes-research"] in rules


def test_clone_in_order_has_nothing_wrong(repo: Repository) -> None:
    """Files, tools and CODEOWNERS are there."""
    assert _wrong(repo) == {}


def test_each_thing_that_is_missing_is_told(repo: Repository) -> None:
    """Wrong files, an old CODEOWNERS, no tools."""
    (repo.environments / "dev.yaml").write_text("prefix: cml\n")
    found = _wrong(repo, PATH="", AMLOPS_PULUMI="/nowhere/pulumi", AMLOPS_NODE="/nowhere/node")
    assert "environments/dev.yaml:1: " in found["files"]
    assert "/nowhere/pulumi, which is no file" in found["pulumi"]
    assert found["tools"].startswith("node is missing")
    (repo.root / "CODEOWNERS").unlink()
    assert "no CODEOWNERS" in _wrong(repo)["reviewers"]


def test_what_would_stop_promotion_or_applies_is_told(repo: Repository) -> None:
    """Every file that is read after the merge is read before it: all problems at once, each with its line."""
    name = "diabetes-progression"
    sample = ROOT / "tests/testdata/ok/releases/60c746df0471.yaml"
    release = repo.releases_dir(name, "dev") / sample.name
    release.parent.mkdir()
    release.write_text(sample.read_text())
    repo.stage_file(name, "dev").parent.mkdir()
    repo.stage_file(name, "dev").write_text("current: 60c746df0471\n")
    assert _wrong(repo) == {}
    release.write_text(sample.read_text().replace("authMode: ", "authMode: x"))
    repo.stage_file(name, "staging").write_text("current: 0a1b2c3d4e5f\nnext: 0a1b2c3d4e50\n")
    repo.stage_file(name, "prod").write_text("candidate: 60c746df0471\n")
    about = repo.about_file(name)
    about.write_text(about.read_text().replace("dev, staging, prod]", "staging, dev, prod]"))
    repo.break_glass_file.write_text("entries: []\n")
    repo.permissions_file.write_text("permissions: []\n")
    said = [one.said for one in examine_clone(Clone(repo, os.environ)) if one.check == "files"]
    for part in (
        f"deployments/{name}/about.yaml:4: environments has local, staging, dev, prod, promotion goes",
        f"deployments/{name}/releases/60c746df0471.yaml:2: what the file says has the id",
        f"deployments/{name}/releases/0a1b2c3d4e5f.yaml:1: there is no release",
        f"deployments/{name}/releases/0a1b2c3d4e50.yaml:1: there is no release",
        f"deployments/{name}/stages/prod.yaml:1: there is a candidate release but no current one",
        "environments/break-glass.yaml:1: ",
        "environments/permissions.yaml:1: ",
    ):
        assert any(part in one for one in said), (part, said)
    repo.promotion_file.write_text("order: [dev]\n")
    assert "[promotion-order]" in " ".join(one.said for one in examine_clone(Clone(repo, os.environ)))


def test_a_new_owner_makes_codeowners_stale(repo: Repository) -> None:
    """Whoever gives a deployment to another team is told to write the file anew."""
    about = repo.about_file("diabetes-progression")
    about.write_text(about.read_text().replace("team: diabetes-research", "team: ml-platform"))
    assert _wrong(repo)["reviewers"].endswith("→ amlops doctor codeowners --write")


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://github.com/contoso/ml.git", "contoso/ml"),
        ("https://x-access-token:t@github.com/contoso/ml", "contoso/ml"),
        ("git@github.com:contoso/ml.ops.git", "contoso/ml.ops"),
        ("ssh://git@github.contoso.com/contoso/ml.git", "contoso/ml"),
        ("/srv/git/ml.git", None),
        ("https://dev.azure.com/contoso/ml", None),
    ],
)
def test_repository_is_known_by_the_remotes_address(
    address: str, name: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Any way to write GitHub's address; another host's is none."""
    monkeypatch.setattr(Git, "remote_url", lambda _: address)
    assert named_by_remote(Git(tmp_path)) == name


def test_a_clone_without_remote_has_no_repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is guessed."""

    def refuse(_: Git) -> str:
        raise GitFailed("find the remote", "no such remote")

    monkeypatch.setattr(Git, "remote_url", refuse)
    assert named_by_remote(Git(tmp_path)) is None


def test_what_workflows_ask_is_read_from_their_files(tmp_path: Path) -> None:
    """Environment, variables, secrets and the App's permissions of each job; the most of all is what the App needs."""
    folder = tmp_path / ".github/workflows"
    folder.mkdir(parents=True)
    (folder / "one.yml").write_text(
        "jobs:\n"
        "  a:\n    environment: automation\n    steps:\n"
        "      - env: {AMLOPS_APP_PERMISSIONS: contents=read, ID: '${{ vars.APP_ID }}'}\n"
        "  b:\n    environment: {name: '${{ matrix.e }}'}\n    steps:\n"
        "      - env: {AMLOPS_APP_PERMISSIONS: contents=write pull_requests=write}\n"
        "      - env: {KEY: '${{ secrets.APP_KEY }}', T: '${{ secrets.GITHUB_TOKEN }}'}\n"
    )
    a, b = jobs_in(tmp_path)
    assert (a.environment, a.chosen, a.reads["vars"]) == ("automation", False, frozenset({"APP_ID"}))
    assert (b.chosen, b.reads["secrets"]) == (True, frozenset({"APP_KEY"}))
    assert asked_of_app((a, b)) == {"contents": "write", "pull_requests": "write"}
