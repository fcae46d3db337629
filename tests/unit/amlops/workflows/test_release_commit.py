"""The commit of a release: lock file and stage, together, on whatever main is by then."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from tests.unit.amlops.promotion.company import Company, release_of

from amlops.errors import AmlopsError
from amlops.releases import Release, Stage, load_release, load_stage, release_text
from amlops.releases.identity import release_id
from amlops.workflows.release.due import Due
from amlops.workflows.release.release import Released, _commit

NAME = "wine"
WHY = Due(NAME, "dev", "changed", "deployments/wine/score.py")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """With a deployment that was never released."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    company = Company.found(tmp_path, str(remote))
    company.deploy(NAME, {})
    company.commit()
    return company


def _release(company: Company, number: int) -> Release:
    return release_of(NAME, number, commit=company.git.head())


def _committed(company: Company, release: Release) -> Released:
    done = _commit(company.repo, company.git, NAME, "dev", release, WHY)
    company.git.fetch("refs/heads/main")
    company.run("reset", "-q", "--hard", "refs/remotes/origin/main")
    return done


def test_the_first_release_is_current_the_next_one_candidate(company: Company) -> None:
    """One commit each, with both files and the reason."""
    one, two = _release(company, 1), _release(company, 2)
    done = _committed(company, one)
    assert (done.moved, done.commit) == (True, company.git.head())
    shown = company.run("show", "--name-only", "--format=%s%n%b", "HEAD")
    assert list(filter(None, shown.split("\n"))) == [
        f"release: {NAME} {one.id}",
        "Changed: deployments/wine/score.py.",
        f"deployments/{NAME}/releases/{one.id}.yaml",
        f"deployments/{NAME}/stages/dev.yaml",
    ]
    _committed(company, two)
    assert load_stage(company.repo, NAME, "dev") == Stage(one.id, two.id)


def test_a_release_that_is_there_makes_no_commit(company: Company) -> None:
    """Nothing changed in behaviour, so nothing happens, though it was made later, from another commit, and of a model
    that was trained again and came out the same."""
    one = _release(company, 1)
    _committed(company, one)
    before = company.git.head()
    trained = replace(one.assets[0], source="m:2")
    made = replace(one.provenance, commit="f" * 40, job="job-2")
    later = replace(one, created="2027-01-01T00:00:00Z", provenance=made, assets=(trained,))
    done = _committed(company, later)
    assert (done.moved, done.commit, done.said) == (False, None, f"{NAME} {one.id}: main has it so already")
    assert company.git.head() == before


def test_what_is_not_behaviour_changes_the_file_alone(company: Company) -> None:
    """More instances, or another tag of the endpoint, are the same release; the stage names it already."""
    one = _release(company, 1)
    _committed(company, one)
    done = _committed(company, replace(one, deployment_body={**one.deployment_body, "sku": {"capacity": 3}}))
    assert (done.moved, done.commit is not None) == (False, True)
    assert load_release(company.repo, NAME, "dev", one.id).deployment_body["sku"] == {"capacity": 3}
    done = _committed(company, replace(one, endpoint={**one.endpoint, "tags": {"a": "b"}}))
    assert (done.moved, done.commit is not None) == (False, True)


def test_a_release_made_during_a_rollout_comes_next(company: Company) -> None:
    """The stage has one candidate; the newest release waits, in place of an older one that waited."""
    ids = []
    for number in (1, 2, 3, 4):
        release = _release(company, number)
        _committed(company, release)
        ids.append(release.id)
    assert load_stage(company.repo, NAME, "dev") == Stage(ids[0], ids[1], next=ids[3])


@pytest.mark.parametrize("number", [1, 2], ids=["current", "candidate"])
def test_a_change_that_was_reverted_does_not_come_next(company: Company, number: int) -> None:
    """What main says again is there already; the release that it took back waits no more."""
    made = {of: _release(company, of) for of in (1, 2, 3)}
    for release in made.values():
        _committed(company, release)
    done = _committed(company, made[number])
    assert (done.moved, done.commit) == (True, company.git.head())
    assert f"so {made[3].id} is no longer next" in done.said
    assert load_stage(company.repo, NAME, "dev") == Stage(made[1].id, made[2].id)
    assert _committed(company, made[number]).commit is None


def test_what_ran_before_comes_back_by_a_rollback_only(company: Company) -> None:
    """The run fails and says so, whenever it is asked; what main took back waits no more."""
    one, two, three = (_release(company, number) for number in (1, 2, 3))
    company.deploy(NAME, {"dev": Stage(two.id, previous=one.id, next=three.id)}, (one, two, three))
    company.commit()
    for _ in range(2):
        with pytest.raises(AmlopsError, match=f"amlops rollback {NAME} --env dev` brings it back"):
            _committed(company, one)
        company.git.fetch("refs/heads/main")
        company.run("reset", "-q", "--hard", "refs/remotes/origin/main")
        assert load_stage(company.repo, NAME, "dev") == Stage(two.id, previous=one.id)


def test_another_endpoint_is_a_candidate(company: Company) -> None:
    """The file that stages name stays as it is; the endpoint comes with a release of its own."""
    one = _release(company, 1)
    _committed(company, one)
    endpoint = {"properties": {"authMode": "AMLToken"}}
    other = replace(one, id=release_id(NAME, endpoint, one.deployment_body, one.assets), endpoint=endpoint)
    _committed(company, other)
    assert load_stage(company.repo, NAME, "dev") == Stage(one.id, other.id)
    assert load_release(company.repo, NAME, "dev", one.id).endpoint == one.endpoint


def test_a_rejected_release_is_not_tried_again(company: Company) -> None:
    """The same behaviour failed before; only a person takes it out of `rejected`."""
    one, two = _release(company, 1), _release(company, 2)
    company.deploy(NAME, {"dev": Stage(one.id, rejected=(two.id,))}, (one, two))
    company.commit()
    done = _committed(company, two)
    assert (done.moved, done.commit) == (False, None)
    assert load_stage(company.repo, NAME, "dev").candidate is None


def test_what_somebody_else_pushed_meanwhile_stays(company: Company, tmp_path: Path) -> None:
    """Two releases within a second: the second one is committed on top of the first, and both are seen."""
    other = Company(type(company.git)(tmp_path / "other"))
    url = company.run("remote", "get-url", "origin")
    subprocess.run(["git", "clone", "-q", url, str(tmp_path / "other")], check=True)
    one, two = _release(company, 1), _release(company, 2)
    read, seen = company.git.read, []

    def slow(commit: str, path: str) -> str | None:
        """Somebody else is quicker, once."""
        if not seen:
            seen.append(commit)
            _commit(other.repo, other.git, NAME, "dev", one, WHY)
        return read(commit, path)

    object.__setattr__(company.git, "read", slow)
    _committed(company, two)
    assert load_stage(company.repo, NAME, "dev") == Stage(one.id, two.id)
    assert (company.git.root / f"deployments/{NAME}/releases/{one.id}.yaml").read_text() == release_text(one)
