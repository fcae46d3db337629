"""promotion.yaml and break-glass.yaml: what is accepted, and what each rule says about what is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from tests.unit.amlops.config.cases import ROOT, Case, assert_said, cases, repository

from amlops.config import ConfigError, Repository, load_break_glass, load_promotion
from amlops.config.gates import KINDS, GateKind
from amlops.config.moments import duration, shown

LOADERS: dict[str, Callable[[Repository], Any]] = {"promotion": load_promotion, "break-glass": load_break_glass}


def _repository(folder: Path) -> Repository:
    """With three environments to promote through, and one deployment."""
    repo = repository(folder)
    for name in ("staging", "prod"):
        shutil.copy(ROOT / "environments" / f"{name}.yaml", repo.environments)
    repo.about_file("wine-quality").parent.mkdir(parents=True)
    repo.about_file("wine-quality").write_text("{}")
    return repo


def _all(side: str) -> list[tuple[str, Case]]:
    return [(kind, case) for kind in LOADERS for case in cases(side, kind)]


@pytest.mark.parametrize(
    ("kind", "case"), _all("ok"), ids=lambda item: item if isinstance(item, str) else item.path.stem
)
def test_good_file_is_accepted(kind: str, case: Case, tmp_path: Path) -> None:
    """A file that keeps every rule loads."""
    repo = _repository(tmp_path)
    (repo.environments / f"{kind}.yaml").write_text(case.text)
    assert LOADERS[kind](repo) is not None


@pytest.mark.parametrize(
    ("kind", "case"), _all("err"), ids=lambda item: item if isinstance(item, str) else item.path.stem
)
def test_bad_file_is_refused_at_its_line(kind: str, case: Case, tmp_path: Path) -> None:
    """A file that breaks rules is refused with one message each: place, what, what to do, rule."""
    repo = _repository(tmp_path)
    (repo.environments / f"{kind}.yaml").write_text(case.text)
    with pytest.raises(ConfigError) as caught:
        LOADERS[kind](repo)
    assert_said(caught.value, case, f"environments/{kind}.yaml")


def test_a_broken_environment_is_told_first(tmp_path: Path) -> None:
    """What is wrong with an environment's file is not taken for a wrong order."""
    repo = _repository(tmp_path)
    repo.promotion_file.write_text((ROOT / "environments" / "promotion.yaml").read_text())
    repo.environment_file("prod").write_text("# nothing\n{}\n")
    with pytest.raises(ConfigError) as caught:
        load_promotion(repo)
    assert {problem.file.name for problem in caught.value.problems} == {"prod.yaml"}


def test_real_promotion_is_in_order() -> None:
    """The repository's own file loads; an environment that it leaves out is asked nothing."""
    found = load_promotion(Repository(ROOT))
    assert found.order == ("dev", "staging", "prod")
    assert found.path_of(("local", "prod", "dev")) == ("dev", "prod")
    assert found.of("moon").gates.of("metric-floor") is None
    assert found.of("prod").gates.of("latency") is not None


def test_glass_counts_from_its_opening_to_its_expiry(tmp_path: Path) -> None:
    """Not before, not after, not for another deployment or environment, and not once somebody closed it."""
    repo = _repository(tmp_path)
    entries = {}
    for name in ("open", "closed"):
        text = (ROOT / "tests" / "testdata" / "ok" / "break-glass" / f"{name}.yaml").read_text()
        repo.break_glass_file.write_text(text)
        entries[name] = load_break_glass(repo).entries["outage-1"]
    found, at = entries["open"], datetime(2026, 12, 24, 10, tzinfo=UTC)
    assert found.skips("wine-quality", "dev", at)
    assert not found.skips("wine-quality", "dev", at - timedelta(seconds=1))
    assert not found.skips("wine-quality", "dev", at + timedelta(hours=4))
    assert not found.skips("wine-quality", "prod", at)
    assert not found.skips("beer", "dev", at)
    assert not entries["closed"].skips("gone-since", "dev", at)


def test_no_file_is_no_broken_glass(tmp_path: Path) -> None:
    """The file comes with the first case."""
    assert load_break_glass(_repository(tmp_path)).entries == {}


def test_glass_skips_every_gate_that_can_be_asked_for() -> None:
    """The two lists of gates don't drift apart."""
    assert set(get_args(GateKind)) == {*KINDS, "soak", "window", "approval"}


@pytest.mark.parametrize(
    ("text", "span", "said"),
    [
        ("PT90M", timedelta(minutes=90), "1 h 30 min"),
        ("P1DT2H", timedelta(days=1, hours=2), "1 d 2 h"),
        ("P2W", timedelta(weeks=2), "14 d"),
        ("PT0M", timedelta(0), "0 min"),
    ],
)
def test_durations(text: str, span: timedelta, said: str) -> None:
    """ISO 8601, and how people are told."""
    assert duration(text) == span
    assert shown(span) == said


@pytest.mark.parametrize("text", ["P", "PT", "1D", "P1M", "P1Y", "PT1S", "P1.5D", "-P1D"])
def test_durations_without_a_length_are_refused(text: str) -> None:
    """A month has no length, and nothing soaks for seconds."""
    with pytest.raises(ValueError, match="ISO 8601"):
        duration(text)
