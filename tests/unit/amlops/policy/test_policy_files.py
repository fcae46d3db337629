"""policy.yaml and exceptions.yaml: what is accepted, and what each rule says about what is not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.unit.amlops.config.cases import ROOT, Case, assert_said, cases, repository

from amlops.config import ConfigError, Repository
from amlops.policy import load_exceptions, load_policy

TODAY = date(2026, 12, 1)
FILES = {"policy-files": "policy.yaml", "exceptions": "exceptions.yaml"}


def _cases(side: str) -> list[tuple[str, Case]]:
    return [(kind, case) for kind in FILES for case in cases(side, kind)]


def _repository(folder: Path, kind: str, case: Case) -> Repository:
    """A small repository with one deployment, and the case as the file that it is for."""
    repo = repository(folder)
    repo.about_file("churn").parent.mkdir(parents=True)
    repo.about_file("churn").touch()
    (repo.environments / FILES[kind]).write_text(case.text)
    return repo


def _name(value: object) -> str:
    return value.path.stem if isinstance(value, Case) else str(value)


@pytest.mark.parametrize(("kind", "case"), _cases("ok"), ids=_name)
def test_good_file_of_the_policy_is_accepted(kind: str, case: Case, tmp_path: Path) -> None:
    """A file that keeps every rule loads."""
    policy = load_policy(_repository(tmp_path, kind, case), TODAY)
    assert policy.today == TODAY


@pytest.mark.parametrize(("kind", "case"), _cases("err"), ids=_name)
def test_bad_file_of_the_policy_is_refused_at_its_line(kind: str, case: Case, tmp_path: Path) -> None:
    """A file that breaks rules is refused with one message each: place, what, what to do, rule."""
    with pytest.raises(ConfigError) as caught:
        load_policy(_repository(tmp_path, kind, case), TODAY)
    assert_said(caught.value, case, f"environments/{FILES[kind]}")


def test_problems_of_both_files_are_told_at_once(tmp_path: Path) -> None:
    """Whoever edits both is told everything in one go."""
    repo = repository(tmp_path)
    (repo.environments / "policy.yaml").write_text("everywhere: {}\n")
    (repo.environments / "exceptions.yaml").write_text("exceptions: {}\n")
    with pytest.raises(ConfigError) as caught:
        load_policy(repo, TODAY)
    files = {problem.file.name for problem in caught.value.problems}
    assert files == {"policy.yaml", "exceptions.yaml"}


def test_files_that_are_not_there_say_nothing(tmp_path: Path) -> None:
    """Without files the rules are as strict as they come, and nothing is excepted."""
    policy = load_policy(repository(tmp_path), TODAY)
    assert (policy.exceptions, dict(policy.file.everywhere.severities)) == ((), {})


def test_an_exception_knows_its_line(tmp_path: Path) -> None:
    """Messages about an exception lead to it."""
    case = next(case for case in cases("ok", "exceptions") if case.path.stem == "whole")
    found = load_exceptions(_repository(tmp_path, "exceptions", case))
    assert [(one.name, one.place) for one in found][:2] == [
        ("old-vault", "environments/exceptions.yaml:3"),
        ("keys-of-all", "environments/exceptions.yaml:10"),
    ]


def test_the_repositorys_own_files_are_in_order() -> None:
    """Both files load, and neither is taken for an environment."""
    repo = Repository(ROOT)
    load_policy(repo, TODAY)
    assert not {"policy", "exceptions"} & set(repo.environment_names())
