"""Next steps, from git and evidence: which there are, what is read of which commit, what a broken file does."""

from __future__ import annotations

import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.amlops.promotion.company import NOON, Company, release_of

from amlops.config import BreakGlass, load_promotion
from amlops.promotion import NextSteps, next_steps
from amlops.releases import Stage

NAME = "wine"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """With an empty bare remote."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    return Company.found(tmp_path, str(remote))


def _steps(company: Company, now: datetime = NOON, only: str | None = None) -> NextSteps:
    return next_steps(
        company.repo,
        company.git,
        company.evidence,
        load_promotion(company.repo),
        BreakGlass(),
        commit=company.git.head(),
        now=now,
        only=only,
    )


def _prove(company: Company, release: str, *, at: datetime, name: str = NAME) -> None:
    commit = company.git.head()
    files = company.proofs(name, release, commit, at=at)
    for environment in ("dev", "staging", "prod"):
        files |= company.applied(f"{environment}.{name}", commit)
    company.evidence.write(files, "evidence: all of it")


def test_what_proved_itself_goes_one_environment_on(company: Company) -> None:
    """The release that is current in dev comes into staging as candidate, beside what runs there."""
    old, new = (release_of(NAME, number, commit=company.git.head()) for number in (1, 2))
    company.deploy(NAME, {"dev": Stage(new.id), "staging": Stage(old.id), "prod": Stage(old.id)}, (old, new))
    company.commit()
    _prove(company, new.id, at=NOON - timedelta(days=1))
    (judged,) = _steps(company).judged
    assert (judged.step.move, judged.step.source, judged.step.environment) == ("advance", "dev", "staging")
    assert judged.step.after == Stage(old.id, new.id)
    assert judged.step.branch == f"promote/{NAME}/staging/{new.id}"
    assert judged.state == "pass", judged.why


def test_it_waits_for_evidence_and_soak(company: Company) -> None:
    """Without a rollout it waits; with one it waits until the soak is over, by the time that is given."""
    release = release_of(NAME, 1, commit=company.git.head())
    company.deploy(NAME, {"dev": Stage(release.id)}, (release,))
    company.commit()
    (judged,) = _steps(company).judged
    assert judged.state == "wait"
    assert "no rollout of" in judged.why
    _prove(company, release.id, at=NOON)
    for minutes, state in ((9, "wait"), (10, "pass")):
        (judged,) = _steps(company, NOON + timedelta(minutes=minutes)).judged
        assert judged.state == state, judged.why


def test_previous_goes_when_what_follows_it_has_soaked(company: Company) -> None:
    """Counted from its rollout, or from when the stage was last changed, which a rollback does."""
    old, new = (release_of(NAME, number, commit=company.git.head()) for number in (1, 2))
    company.deploy(NAME, {"dev": Stage(new.id, previous=old.id)}, (old, new), environments=["dev"])
    company.commit()
    changed = datetime.fromisoformat(company.run("log", "-1", "--format=%cI"))
    _prove(company, new.id, at=changed - timedelta(days=3))
    for minutes, state in ((9, "wait"), (11, "pass")):
        (judged,) = _steps(company, changed + timedelta(minutes=minutes)).judged
        assert (judged.step.move, judged.step.release, judged.state) == ("retire", old.id, state)
    assert judged.step.after == Stage(new.id)
    assert judged.step.branch == f"retire/{NAME}/dev/{old.id}"


def test_the_next_release_enters_once_nothing_is_rolled_out(company: Company) -> None:
    """Made during a rollout it waits; no gate but the room in the stage is asked."""
    releases = tuple(release_of(NAME, number, commit=company.git.head()) for number in (1, 2, 3))
    one, two, three = (release.id for release in releases)
    company.deploy(NAME, {"dev": Stage(one, two, next=three)}, releases, environments=["dev"])
    company.commit()
    (judged,) = _steps(company).judged
    assert (judged.step.move, judged.state) == ("enter", "wait")
    company.deploy(NAME, {"dev": Stage(one, None, None, (two,), three)}, environments=["dev"])
    company.commit()
    (judged,) = _steps(company).judged
    assert judged.state == "pass"
    assert judged.step.after == Stage(one, three, None, (two,))


@pytest.mark.parametrize("role", ["rejected", "candidate", "previous", "current"])
def test_a_release_that_was_there_is_not_brought_again(company: Company, role: str) -> None:
    """Neither what runs in the next environment nor what was rejected there."""
    old, new = (release_of(NAME, number, commit=company.git.head()) for number in (1, 2))
    stages = {
        "rejected": Stage(old.id, rejected=(new.id,)),
        "candidate": Stage(old.id, new.id),
        "previous": Stage(old.id, previous=new.id),
        "current": Stage(new.id),
    }
    company.deploy(NAME, {"dev": Stage(new.id), "staging": stages[role]}, (old, new), environments=["dev", "staging"])
    company.commit()
    assert [judged.step.move for judged in _steps(company).judged if judged.step.move == "advance"] == []


def test_a_retired_deployment_has_no_next_step(company: Company) -> None:
    """Nothing of it moves any more."""
    release = release_of(NAME, 1, commit=company.git.head())
    company.deploy(NAME, {"dev": Stage(release.id)}, (release,), retired="nobody drinks wine any more")
    company.commit()
    assert _steps(company).judged == ()


def test_what_is_not_committed_does_not_count(company: Company) -> None:
    """Stages are read of the commit; the work tree may say anything."""
    release = release_of(NAME, 1, commit=company.git.head())
    company.deploy(NAME, {"dev": Stage(release.id)}, (release,))
    company.commit()
    company.deploy(NAME, {"dev": Stage()})
    assert len(_steps(company).judged) == 1


def test_a_stage_edited_into_an_impossible_state_stops_its_deployment_alone(company: Company) -> None:
    """It is told with file and line; the other deployments go on."""
    release = release_of(NAME, 1, commit=company.git.head())
    other = release_of("beer", 1, commit=company.git.head())
    company.deploy(NAME, {"dev": Stage(release.id)}, (release,))
    company.deploy("beer", {"dev": Stage(other.id)}, (other,))
    company.write("deployments/wine/stages/dev.yaml", f"# mine\ncurrent: {release.id}\ncandidate: {release.id}\n")
    company.commit()
    found = _steps(company)
    assert [judged.step.deployment for judged in found.judged] == ["beer"]
    (broken,) = found.broken
    (problem,) = broken.problems
    assert str(problem).startswith(f'deployments/wine/stages/dev.yaml:3: "{release.id}" is both current and candidate')
    assert problem.rule == "one-role"


def test_environments_out_of_order_are_refused_with_file_and_line(company: Company) -> None:
    """about.yaml lists them as promotion goes, or people read it wrong."""
    company.deploy(NAME, {}, environments=["prod", "dev"])
    company.commit()
    (broken,) = _steps(company).broken
    (problem,) = broken.problems
    assert problem.rule == "environment-order"
    assert "promotion goes dev, prod" in problem.message
    assert problem.line > 1


def test_a_next_release_is_refused_where_it_would_never_come_in(company: Company) -> None:
    """Only the first environment has one; elsewhere it would stand there and nothing would be done about it."""
    one, two = (release_of(NAME, number, commit=company.git.head()) for number in (1, 2))
    company.deploy(NAME, {"dev": Stage(two.id), "prod": Stage(one.id, next=two.id)}, (one, two))
    company.commit()
    (broken,) = _steps(company).broken
    (problem,) = broken.problems
    assert str(problem).startswith(f"deployments/{NAME}/stages/prod.yaml:")
    assert "only dev, the first environment, has a next release" in problem.message
    assert problem.rule == "next-stage"


def test_an_edited_release_is_taken_for_none(company: Company) -> None:
    """A release whose file does not hold what its id says is not promoted."""
    release = release_of(NAME, 1, commit=company.git.head())
    company.deploy(NAME, {"dev": Stage(release.id)}, (release,))
    path = company.git.root / f"deployments/{NAME}/releases/{release.id}.yaml"
    path.write_text(path.read_text().replace("endpointComputeType: Managed", "endpointComputeType: Kubernetes"))
    company.commit()
    (judged,) = _steps(company).judged
    assert judged.state == "fail"
    assert f"there is no file of release {release.id}" in judged.why


def test_one_deployment_can_be_asked_for(company: Company) -> None:
    """The others are not even read."""
    for name in ("wine", "beer"):
        release = release_of(name, 1, commit=company.git.head())
        company.deploy(name, {"dev": Stage(release.id)}, (release,))
    company.commit()
    assert [judged.step.deployment for judged in _steps(company, only="beer").judged] == ["beer"]


def test_an_older_release_does_not_take_the_place_of_a_newer_one(company: Company) -> None:
    """Staging went back to an older release; that must not undo what prod runs."""
    old, new = (release_of(NAME, number, commit=company.git.head()) for number in (1, 2))
    stages = {"staging": Stage(old.id, previous=new.id, rejected=(new.id,)), "prod": Stage(new.id)}
    company.deploy(NAME, stages, (old, new), environments=["staging", "prod"])
    company.commit()
    advance = next(judged for judged in _steps(company).judged if judged.step.move == "advance")
    assert advance.state == "fail"
    assert f"amlops rollback {NAME} --env prod --to {old.id}" in advance.why


def test_files_of_another_shape_prove_nothing(company: Company) -> None:
    """Evidence that can't be read is as good as none; nothing breaks."""
    release = release_of(NAME, 1, commit=company.git.head())
    company.deploy(NAME, {"dev": Stage(release.id)}, (release,))
    company.commit()
    files = dict.fromkeys(company.proofs(NAME, release.id, "", at=NOON), "[]")
    company.evidence.write(
        {**files, f"deployments/{NAME}/{release.id}/rollout-dev.json": "{ not JSON"}, "evidence: odd"
    )
    (judged,) = _steps(company).judged
    assert judged.state == "wait"
