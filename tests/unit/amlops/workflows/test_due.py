"""Which deployments are to be released: by what changed, by when they were trained, by who asks."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from tests.unit.amlops.promotion.company import NOON, ROOT, Company
from tests.unit.amlops.promotion.situations import BASE
from tests.workflows.github import filters

from amlops.config import About, ConfigError, load_promotion
from amlops.git import ABSENT
from amlops.github import Run
from amlops.workflows.release.alarm import BREACHED, TAG, alarm_of
from amlops.workflows.release.due import Due, changed_deployments, due, matrix, training_path
from amlops.workflows.release.release import mark_of

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


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Two deployments; wine is trained every thirty days, beer has a monitor."""
    remote = tmp_path / "remote.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(remote)], check=True)
    company = Company.found(tmp_path, str(remote))
    company.deploy("wine", {}, retraining={"every": "P30D"})
    company.deploy("beer", {}, retraining={"monitor": "beer-drift"}, evaluation=None, gates={"replace": {}})
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


def test_a_deployment_is_due_again_by_its_own_clock(company: Company) -> None:
    """Thirty days after the last training, and at once where none is known."""
    _trained(company, "beer", 0)
    assert _due(company, _run("schedule"))["wine"].reason == "due"
    _trained(company, "wine", 29.9)
    assert _due(company, _run("schedule")) == {}
    _trained(company, "wine", 30)
    found = _due(company, _run("schedule"))["wine"]
    assert (found.reason, found.why) == ("due", "last trained 2026-11-02T12:00:00Z")


def test_a_monitor_is_asked_unless_the_training_is_fresh(company: Company) -> None:
    """Whether its alarm stands only the cloud can say; right after a training it looks at old data still."""
    _trained(company, "wine", 1)
    _trained(company, "beer", 0.9)
    assert _due(company, _run("schedule")) == {}
    _trained(company, "beer", 1)
    assert _due(company, _run("schedule"))["beer"].reason == "monitor"


def test_who_waited_longest_comes_first(company: Company) -> None:
    """A matrix holds 256; the rest comes next time."""
    _trained(company, "wine", 31)
    _trained(company, "beer", 90)
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
    properties = {"displayName": "beer-drift-run", "tags": {TAG: f"drift {BREACHED}"}, "properties": {}, **changes}
    return {"name": "run-1", "properties": properties, "systemData": {"createdAt": "2026-12-01T08:00:00.1234567Z"}}


def test_a_monitors_run_over_its_threshold_is_an_alarm() -> None:
    """Its tag says so; runs of other monitors, and runs that found nothing, are none."""
    found = alarm_of(_job(), "beer-drift")
    assert found is not None
    assert (found.job, found.at.isoformat()) == ("run-1", "2026-12-01T08:00:00.123456+00:00")
    assert alarm_of(_job(), "wine-drift") is None
    assert alarm_of(_job(tags={TAG: "all is well"}), "beer-drift") is None
    assert alarm_of(_job(tags={}), "beer-drift") is None
    assert alarm_of(_job(displayName="x", properties={"azureml.schedule": "beer-drift"}), "beer-drift") is not None
