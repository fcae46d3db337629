"""permissions.yaml: what is accepted, and what each rule says about what is not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from tests.unit.amlops.config.cases import Case, assert_said, cases, repository

from amlops.config import ConfigError, Repository
from amlops.config.permissions_loader import load_permissions


def _repository(folder: Path, case: Case) -> Repository:
    """A small repository with one deployment, and the case as its permissions."""
    repo = repository(folder)
    repo.about_file("churn").parent.mkdir(parents=True)
    repo.about_file("churn").touch()
    repo.permissions_file.write_text(case.text)
    return repo


def _name(case: Case) -> str:
    return case.path.stem


@pytest.mark.parametrize("case", cases("ok", "permissions"), ids=_name)
def test_good_permissions_are_accepted(case: Case, tmp_path: Path) -> None:
    """A file that keeps every rule loads."""
    load_permissions(_repository(tmp_path, case))


@pytest.mark.parametrize("case", cases("err", "permissions"), ids=_name)
def test_bad_permissions_are_refused_at_their_line(case: Case, tmp_path: Path) -> None:
    """One message each: place, what, what to do, rule."""
    with pytest.raises(ConfigError) as caught:
        load_permissions(_repository(tmp_path, case))
    assert_said(caught.value, case, "environments/permissions.yaml")


def test_permissions_are_known_by_name_with_their_last_day(tmp_path: Path) -> None:
    """Expired ones too: who is refused is told of them."""
    case = next(case for case in cases("ok", "permissions") if case.path.stem == "whole")
    found = load_permissions(_repository(tmp_path, case))
    assert {name: said.expires for name, said in found.items()} == {
        "zones": date(2026, 12, 31),
        "former": date(2026, 12, 1),
    }


def test_no_file_permits_nothing(tmp_path: Path) -> None:
    """As most of the time; and the file is never taken for an environment."""
    repo = repository(tmp_path)
    assert load_permissions(repo) == {}
    repo.permissions_file.write_text("")
    assert "permissions" not in repo.environment_names()
