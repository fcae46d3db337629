"""Every rule on files that people write has a case that breaks it, and every kind of file one that keeps them all."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest
from tests.unit.amlops.config.cases import DATA, ROOT, cases
from tools.reference.rule_names import rules_in

CODE = ROOT / "src" / "amlops"
KINDS = {
    "config/about_rules.py": ("about",),
    "config/environment_rules.py": ("environments",),
    "config/gate_rules.py": ("about",),
    "config/permissions_loader.py": ("permissions",),
    "config/promotion_rules.py": ("promotion", "break-glass"),
    "policy/exceptions.py": ("exceptions",),
    "policy/policy.py": ("policy-files",),
    "promotion/in_order.py": ("promoted-stages",),
    "releases/loader.py": ("stages", "releases"),
}
"""Code of rules, and the folders of their cases in testdata."""

OF_SEVERAL_FILES = {
    "environment-order": "tests/unit/amlops/promotion/test_next_steps.py",
    "known-release": "tests/unit/amlops/releases/test_files.py",
}
"""Rules that no case of one file can break, and the test that breaks them."""


def _without_case(file: Path, kinds: Collection[str]) -> set[str | None]:
    """The rules of a file that no bad case of these kinds breaks."""
    rules = {found.rule for found in rules_in(file, file.parent)}
    assert rules, f"{file} has no rule"
    return rules - {rule for kind in kinds for case in cases("err", kind) for _, rule, _ in case.expected}


@pytest.mark.parametrize("file", KINDS)
def test_every_rule_has_a_bad_case(file: str) -> None:
    """A rule that no case breaks is a rule that nobody has seen working."""
    assert _without_case(CODE / file, KINDS[file]) <= set(OF_SEVERAL_FILES)


@pytest.mark.parametrize("rule", OF_SEVERAL_FILES)
def test_rules_of_several_files_have_a_test(rule: str) -> None:
    """By the name that stands here."""
    assert rule in (ROOT / OF_SEVERAL_FILES[rule]).read_text()


@pytest.mark.parametrize("kind", sorted({kind for kinds in KINDS.values() for kind in kinds}))
def test_every_kind_has_a_good_case(kind: str) -> None:
    """A loader that refuses everything would pass all bad ones."""
    assert cases("ok", kind)


def test_every_folder_of_cases_is_somebody_s() -> None:
    """The other folders have tests of their own, by other means: gates, rules of the policy, manifests."""
    named = {kind for kinds in KINDS.values() for kind in kinds}
    assert {folder.name for folder in (DATA / "err").iterdir()} - named == {"gates", "manifests", "policy"}


def test_a_rule_without_a_case_is_found(tmp_path: Path) -> None:
    """A rule that somebody adds to a file."""
    file = tmp_path / "about_rules.py"
    text = (CODE / "config/about_rules.py").read_text()
    file.write_text(text.replace('"rollout-steps")', '"rollout-steps-new")'))
    assert _without_case(file, KINDS["config/about_rules.py"]) == {"rollout-steps-new"}
