"""Which deployments are to be released: by what changed, by when they were trained, by who asks."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.unit.amlops.promotion.company import NOON, ROOT, Company, release_of
from tests.unit.amlops.promotion.situations import BASE
from tests.workflows.github import filters

from amlops.config import About, ConfigError, load_promotion
from amlops.git import ABSENT
from amlops.github import Run
from amlops.releases import Stage, release_text
from amlops.workflows.release.alarm import BREACHED, TAG, alarm_of
from amlops.workflows.release.changed import changed_deployments
from amlops.workflows.release.due import Due, due, matrix
from amlops.workflows.release.monitors import Monitor, alarm_path, monitors_matrix, to_be_asked
from amlops.workflows.release.release import mark_of
from amlops.workflows.release.trained import training_path
from amlops.workflows.release.tried import keep_tried

TOUCHED: list[tuple[str, list[str]]] = [
    ("deployments/wine/score.py", ["wine"]),
    ("deployments/wine/endpoint.yml", ["wine"]),
    ("evaluations/wine.csv", ["wine"]),
    ("deployments/wine/releases/0a1b2c3d4e5f.yaml", []),
    ("deployments/wine/stages/dev.yaml", []),
    ("deployments/wine/tests/test_it.py", []),
    ("deployments/wine/README.md", []),
    ("docs/a.md", []),
]
"""Files that a push changes, and what is due by that."""


NO_METRIC = {"replace": {}}
STARTED = "-20261201T080000Z"


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Two deployments, released by hand; wine is trained every thirty days, beer has a monitor."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    company = Company.found(tmp_path, str(remote))
    made = {name: (release_of(name, 1, commit=company.git.head()),) for name in ("wine", "beer")}
    company.deploy("wine", {}, made["wine"], retraining={"every": "P30D"})
    company.deploy("beer", {}, made["beer"], retraining={"monitor": "beer-drift"}, evaluation=None, gates=NO_METRIC)
    company.commit()
    return company


def _run(event: str, **payload: Any) -> Run:
    run = Run(9, 1, "contoso/ml", "", "ada", "release", event, "refs/heads/main", "", None, None, None)
    run.__dict__["payload"] = payload
    return run


def _due(company: Company, run: Run | None = None, **asked: Any) -> dict[str, Due]:
    promotion = load_promotion(company.repo)
    found = due(company.repo, company.git, company.evidence, promotion, run=run, now=NOON, **asked)
    return {item.deployment: item for item in found}


def _tried(company: Company, name: str, commit: str, *, failed: bool = False, days: float = 0) -> None:
    at = (NOON - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    release = None if failed else "0a1b2c3d4e5f"
    keep_tried(company.evidence, name, commit=commit, release=release, written={"at": at})


def _merged(company: Company, path: str) -> str:
    company.write(path, f"changed after {company.git.head()}\n")
    return company.commit()


def _trained(company: Company, name: str, days: float) -> None:
    at = (NOON - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    company.evidence.write({training_path(name): {"written": {"at": at}}}, "evidence: trained")


@pytest.mark.parametrize(("path", "names"), [*TOUCHED, ("deployments/new/score.py", [])])
def test_a_push_releases_what_it_touches(company: Company, path: str, names: list[str]) -> None:
    """Code, manifests and the rows that releases are measured by; not what releases and promotion write."""
    before = company.git.head()
    company.write(path, "changed\n")
    company.commit()
    found = _due(company, _run("push", before=before))
    assert list(found) == names
    assert all((item.environment, item.reason, item.why) == ("dev", "changed", path) for item in found.values())
    assert list(_due(company, base=before)) == names


def test_rows_that_several_are_measured_by(company: Company) -> None:
    """Each of their deployments is released again."""
    company.deploy("cider", {})
    company.commit()
    before = company.git.head()
    company.write("evaluations/wine.csv", "changed\n")
    company.commit()
    assert list(_due(company, base=before)) == ["cider", "wine"]


@pytest.mark.parametrize(("path", "names"), TOUCHED)
def test_the_workflow_starts_where_something_may_be_due(path: str, names: list[str]) -> None:
    """Its filter says the same of a push as `changed_deployments` does."""
    push = YAML(typ="safe").load(ROOT / ".github/workflows/release.yml")["on"]["push"]
    assert filters.starts("push", push, ref="refs/heads/main", paths=[path]) is bool(names)
    assert list(changed_deployments([path], {"wine": About.model_validate(BASE["about"])})) == names


def test_the_first_push_releases_everything(company: Company) -> None:
    """There is nothing to compare with."""
    assert set(_due(company, _run("push", before=ABSENT))) == {"wine", "beer"}


@pytest.mark.parametrize("event", ["push", "schedule", "workflow_dispatch"])
def test_what_a_run_missed_is_seen_by_the_next_one(company: Company, event: str) -> None:
    """Whatever starts that, and whatever it was started for: all that main changed since the last try counts."""
    for name in ("wine", "beer"):
        _tried(company, name, company.git.head())
        _trained(company, name, 0)
    _merged(company, "deployments/wine/score.py")
    missed = _merged(company, "deployments/beer/score.py")
    _merged(company, "docs/a.md")
    found = _due(company, _run(event, before=missed))
    assert {name: (item.reason, item.why) for name, item in found.items()} == {
        "beer": ("changed", "deployments/beer/score.py"),
        "wine": ("changed", "deployments/wine/score.py"),
    }
    _tried(company, "wine", missed)
    assert list(_due(company, _run(event, before=missed))) == ["beer"]


def test_a_missed_deployment_that_no_run_tried_yet(company: Company) -> None:
    """It is compared with the commit that brought its newest release; one without a release is due."""
    _trained(company, "wine", 0)
    _trained(company, "beer", 0)
    assert _due(company, _run("schedule")) == {}
    _merged(company, "deployments/wine/score.py")
    company.deploy("cider", {}, evaluation=None, gates=NO_METRIC)
    company.commit()
    found = _due(company, _run("schedule"))
    assert {name: item.why for name, item in found.items()} == {
        "cider": "it was never released",
        "wine": "deployments/wine/score.py",
    }


def test_a_release_that_came_with_its_change_by_a_merge(company: Company) -> None:
    """It was made with the one, and without what main got meanwhile."""
    _trained(company, "wine", 0)
    _trained(company, "beer", 0)
    company.run("checkout", "-q", "-b", "branch")
    company.write("deployments/wine/score.py", "new\n")
    two = release_of("wine", 2, commit=company.git.head())
    company.write(f"deployments/wine/releases/{two.id}.yaml", release_text(two))
    company.run("add", "-A")
    company.run("commit", "-q", "-m", "feat: by hand")
    company.run("checkout", "-q", "main")
    _merged(company, "deployments/wine/data.csv")
    company.run("merge", "-q", "--no-ff", "-m", "merge", "branch")
    assert {name: item.why for name, item in _due(company, _run("schedule")).items()} == {
        "wine": "deployments/wine/data.csv"
    }


def test_who_waits_longest_since_a_try_comes_first(company: Company) -> None:
    """Of what changed; what is due again comes behind it."""
    before = company.git.head()
    _tried(company, "wine", before, days=2)
    _tried(company, "beer", before, days=1)
    _merged(company, "deployments/wine/score.py")
    _merged(company, "deployments/beer/score.py")
    assert list(_due(company, _run("schedule"))) == ["wine", "beer"]


def test_a_commit_that_failed_is_tried_again_by_people_only(company: Company) -> None:
    """By a merge that changes the deployment, or by hand; neither by the hour nor by others' merges."""
    _trained(company, "beer", 0)
    broken = _merged(company, "deployments/wine/score.py")
    _tried(company, "wine", broken, failed=True)
    _merged(company, "docs/a.md")
    assert _due(company, _run("schedule")) == {}
    assert _due(company, _run("push", before=broken)) == {}
    found = _due(company, _run("workflow_dispatch"))
    assert (list(found), found["wine"].reason) == (["wine"], "failed")
    mended = _merged(company, "deployments/wine/score.py")
    assert list(_due(company, _run("push", before=mended))) == ["wine"]


def test_after_a_failure_the_clock_waits(company: Company) -> None:
    """As long as `quiet` says, a day unless it is set."""
    head = company.git.head()
    _trained(company, "beer", 0)
    _tried(company, "beer", head)
    _tried(company, "wine", head, failed=True, days=0.9)
    assert _due(company, _run("schedule")) == {}
    _tried(company, "wine", head, failed=True, days=1)
    assert _due(company, _run("schedule"))["wine"].reason == "due"


def test_an_older_commit_is_not_released_after_a_newer_one(company: Company) -> None:
    """A run that is run again, or whose turn comes late, has nothing to do; not even where its clone is older too."""
    _trained(company, "wine", 0)
    _trained(company, "beer", 0)
    before = company.git.head()
    older = _merged(company, "deployments/wine/score.py")
    newer = _merged(company, "deployments/wine/score.py")
    _tried(company, "wine", newer)
    company.run("reset", "-q", "--hard", older)
    company.run("update-ref", "-d", "refs/remotes/origin/main")
    assert _due(company, _run("push", before=before)) == {}
    company.run("checkout", "-q", "--orphan", "elsewhere")
    company.run("commit", "-q", "-m", "chore: another history")
    company.run("push", "-q", "-f", "origin", "HEAD:refs/heads/main")
    assert "is none of main" in _due(company, _run("schedule"))["wine"].why


def test_a_deployment_is_due_again_by_its_own_clock(company: Company) -> None:
    """Thirty days after the last training, and at once where none is known."""
    _trained(company, "beer", 0)
    assert _due(company, _run("schedule"))["wine"].reason == "due"
    _trained(company, "wine", 29.9)
    assert _due(company, _run("schedule")) == {}
    _trained(company, "wine", 30)
    found = _due(company, _run("schedule"))["wine"]
    assert (found.reason, found.why) == ("due", "last trained 2026-11-02T12:00:00Z")


def _alarmed(company: Company, name: str, days: float) -> None:
    at = (NOON - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    company.evidence.write({alarm_path(name): {"job": "run-1", "at": at, "said": "drift"}}, "evidence: alarm")


def _asked(company: Company) -> list[Monitor]:
    return list(to_be_asked(company.repo, load_promotion(company.repo), company.evidence, NOON))


def test_an_alarm_asks_for_a_training(company: Company) -> None:
    """One of the days after the training before; right after a training the monitor looks at old data still."""
    _trained(company, "wine", 1)
    _trained(company, "beer", 10)
    assert _due(company, _run("schedule")) == {}
    _alarmed(company, "beer", 9.5)
    assert _due(company, _run("schedule")) == {}
    _alarmed(company, "beer", 0.1)
    found = _due(company, _run("schedule"))["beer"]
    assert (found.reason, found.environment, found.why) == ("monitor", "dev", "run-1 of monitor beer-drift: drift")
    _trained(company, "beer", 0)
    assert _due(company, _run("schedule")) == {}


def test_a_monitor_is_asked_where_users_are(company: Company) -> None:
    """In the last environment, unless about.yaml names one, by the team there; not before something runs there."""
    assert _asked(company) == []
    running = {"staging": Stage("0a1b2c3d4e5f"), "prod": Stage("0a1b2c3d4e5f")}
    company.deploy("beer", running, retraining={"monitor": "drift"}, evaluation=None, gates=NO_METRIC)
    assert _asked(company) == [Monitor("beer", "prod", "drift")]
    (entry,) = monitors_matrix(company.repo, _asked(company))["include"]
    assert (entry["github_environment"], entry["runner"]) == ("prod-wine", "ml-prod")
    named = {"monitor": "drift", "environment": "staging"}
    company.deploy("beer", running, retraining=named, evaluation=None, gates=NO_METRIC)
    assert _asked(company) == [Monitor("beer", "staging", "drift")]


def test_a_monitor_is_asked_unless_the_answer_is_known(company: Company) -> None:
    """Right after a training it is not, nor as long as its alarm waits for a training."""
    running = {"prod": Stage("0a1b2c3d4e5f")}
    company.deploy("beer", running, retraining={"monitor": "drift"}, evaluation=None, gates=NO_METRIC)
    _trained(company, "beer", 0.9)
    assert _asked(company) == []
    _trained(company, "beer", 1)
    assert len(_asked(company)) == 1
    _alarmed(company, "beer", 2)
    assert len(_asked(company)) == 1
    _trained(company, "beer", 9)
    assert _asked(company) == []


def test_who_waited_longest_comes_first(company: Company) -> None:
    """A matrix holds 256; the rest comes next time."""
    _trained(company, "wine", 31)
    _trained(company, "beer", 90)
    _alarmed(company, "beer", 1)
    assert list(_due(company, _run("schedule"))) == ["beer", "wine"]


def test_somebody_may_ask(company: Company) -> None:
    """For one deployment, whenever it was trained; for one that isn't there they are told."""
    _trained(company, "wine", 0)
    assert _due(company, _run("workflow_dispatch"), asked="wine")["wine"].reason == "asked"
    with pytest.raises(ConfigError, match="available deployments are beer, wine"):
        _due(company, asked="whine")


def test_a_retired_deployment_is_never_due(company: Company) -> None:
    """Nor one that no environment of promotion runs."""
    company.deploy("wine", {}, retired="nobody drinks wine any more")
    company.deploy("beer", {}, environments=["local"], evaluation=None, gates={"replace": {}})
    company.commit()
    assert _due(company, _run("push", before=ABSENT)) == {}
    assert _due(company, asked="wine") == {}


def test_a_broken_deployment_keeps_nobody(company: Company) -> None:
    """It is left out; its own pull request told."""
    company.write("deployments/wine/about.yaml", "nonsense")
    company.commit()
    assert set(_due(company, _run("push", before=ABSENT))) == {"beer"}


def test_the_matrix_names_runner_and_github_environment(company: Company) -> None:
    """What a job needs to be let in, and where it runs."""
    (entry,) = matrix(company.repo, [Due("wine", "dev", "changed", "score.py")])["include"]
    assert entry["deployment"] == "wine"
    assert entry["github_environment"] == "dev-release"
    assert entry["runner"]


def test_a_training_that_is_asked_for_is_another_one() -> None:
    """A change trains what is new of itself; everything else needs a mark, the same for a run that goes on."""
    run = _run("workflow_dispatch")
    assert mark_of(Due("wine", "dev", "changed", ""), NOON, run) == ""
    assert mark_of(Due("wine", "dev", "asked", ""), NOON, run) == "asked 9"
    assert mark_of(Due("wine", "dev", "due", ""), NOON, run) == "due 2026-12-02"
    assert mark_of(Due("wine", "dev", "monitor", ""), NOON, None) == "monitor 2026-12-02"


def _job(**changes: Any) -> dict[str, Any]:
    properties = {
        "displayName": f"beer-drift{STARTED}",
        "tags": {TAG: f"drift {BREACHED}"},
        "properties": {},
        **changes,
    }
    return {"name": "run-1", "properties": properties, "systemData": {"createdAt": "2026-12-01T08:00:00.1234567Z"}}


def test_a_monitors_run_over_its_threshold_is_an_alarm() -> None:
    """Its tag says so; runs that found nothing are none."""
    found = alarm_of(_job(), "beer-drift")
    assert found is not None
    assert (found.job, found.at.isoformat()) == ("run-1", "2026-12-01T08:00:00.123456+00:00")
    assert alarm_of(_job(tags={TAG: "all is well"}), "beer-drift") is None
    assert alarm_of(_job(tags={}), "beer-drift") is None
    assert alarm_of(_job(displayName="x", properties={"azureml.schedule": "beer-drift"}), "beer-drift") is not None


@pytest.mark.parametrize("other", ["wine-drift", "beer", "drift", "beer-drift-prod", "beer-drift-2", "my-beer-drift"])
def test_an_alarm_of_another_monitor_is_none(other: str) -> None:
    """However much of its name is the same."""
    assert alarm_of(_job(), other) is None
    assert alarm_of(_job(displayName=f"{other}{STARTED}"), "beer-drift") is None
