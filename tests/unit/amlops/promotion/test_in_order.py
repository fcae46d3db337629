"""Stages beside their about file and the order of promotion: what is accepted, what is refused at which line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.unit.amlops.config.cases import Case, cases
from tests.unit.amlops.promotion.company import about_text

from amlops.config import Problem, Repository
from amlops.promotion.in_order import stage_problems

NAME = "wine"
ORDER = ("dev", "staging", "prod")


def _problems(case: Case, folder: Path) -> Iterator[Problem]:
    """But for the releases that the case names, which have no files."""
    repo, environment = Repository(folder), case.named("dev")
    (repo.environments).mkdir()
    for name in ("local", *ORDER):
        repo.environment_file(name).touch()
    repo.stage_file(NAME, environment).parent.mkdir(parents=True)
    repo.stage_file(NAME, environment).write_text(case.text)
    repo.about_file(NAME).write_text(about_text())
    for problem in stage_problems(repo, NAME, environment, ORDER):
        if problem.rule != "known-release":
            assert problem.file == Path(f"deployments/{NAME}/stages/{environment}.yaml")
            yield problem


@pytest.mark.parametrize("case", cases("ok", "promoted-stages"), ids=lambda case: case.path.stem)
def test_good_stage_is_accepted(case: Case, tmp_path: Path) -> None:
    """A release waits as next where releases come in."""
    assert list(_problems(case, tmp_path)) == []


@pytest.mark.parametrize("case", cases("err", "promoted-stages"), ids=lambda case: case.path.stem)
def test_bad_stage_is_refused_at_its_line(case: Case, tmp_path: Path) -> None:
    """What would be kept and never acted on is told."""
    found = list(_problems(case, tmp_path))
    assert [(problem.line, problem.rule) for problem in found] == [(line, rule) for line, rule, _ in case.expected]
    for problem, (_, _, text) in zip(found, case.expected, strict=True):
        assert text in problem.message
