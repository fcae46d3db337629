"""Environment files: what is accepted, and what each rule says about what is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.amlops.config.cases import DATA, ROOT, Case, assert_said, cases, repository

from amlops.config import ConfigError, Names, Repository, load_environment
from amlops.config.environment_rules import ENVIRONMENT_RULES


@pytest.mark.parametrize("case", cases("ok", "environments"), ids=lambda case: case.path.stem)
def test_good_file_is_accepted(case: Case, tmp_path: Path) -> None:
    """A file that keeps every rule loads."""
    repo = repository(tmp_path)
    name = case.named("dev.yaml").removesuffix(".yaml")
    repo.environment_file(name).write_text(case.text)
    assert load_environment(repo, name).name == name


@pytest.mark.parametrize("case", cases("err", "environments"), ids=lambda case: case.path.stem)
def test_bad_file_is_refused_at_its_line(case: Case, tmp_path: Path) -> None:
    """A file that breaks rules is refused with one message each: place, what, what to do, rule."""
    repo = repository(tmp_path)
    name = case.named("dev.yaml").removesuffix(".yaml")
    repo.environment_file(name).write_text(case.text)
    with pytest.raises(ConfigError) as caught:
        load_environment(repo, name)
    assert_said(caught.value, case, f"environments/{name}.yaml")
    assert caught.value.exit_code == 2


def test_every_rule_has_a_bad_case() -> None:
    """A rule that no case breaks is a rule that nobody has seen working."""
    config = ROOT / "src" / "amlops" / "config"
    source = "".join((config / f"{of}_rules.py").read_text() for of in ("environment", "about"))
    broken = {rule for kind in ("environments", "about") for case in cases("err", kind) for _, rule, _ in case.expected}
    names = {part.split('"')[0] for part in source.split(', "')[1:]} & set(_rule_names(source))
    assert names - broken == set()
    assert len(ENVIRONMENT_RULES) == 14


def _rule_names(source: str) -> list[str]:
    import re

    return re.findall(r'"([a-z]+(?:-[a-z]+)*)"\)?\n', source)


@pytest.mark.parametrize("name", ["shared", "local", "dev", "staging", "prod"])
def test_real_environments_are_in_order(name: str) -> None:
    """The repository's own files load."""
    assert load_environment(Repository(ROOT), name).name == name


def test_unknown_environment_names_the_known_ones(tmp_path: Path) -> None:
    """Whoever mistypes an environment is told which there are."""
    with pytest.raises(ConfigError, match=r"available environments are dev, local, shared"):
        load_environment(repository(tmp_path), "prodd")


def test_registry_home_must_bring_a_registry(tmp_path: Path) -> None:
    """`registry_of` names an environment that has a registry."""
    repo = repository(tmp_path)
    text = (DATA / "ok" / "environments" / "platform.yaml").read_text()
    repo.environment_file("test").write_text(text.replace("registry_of: shared", "registry_of: dev"))
    with pytest.raises(ConfigError, match=r"test\.yaml:\d+: .* brings no registry; .* \[registry-home\]"):
        load_environment(repo, "test")


@pytest.mark.parametrize("name", ["local", "dev", "staging", "prod"])
def test_names_keep_azures_limits(name: str) -> None:
    """Names have the lengths and characters that Azure takes, for the longest prefix and deployment too."""
    names = Names(load_environment(Repository(ROOT), name))
    assert 3 <= len(names.storage) <= 24
    assert names.storage.isalnum()
    assert 3 <= len(names.vault) <= 24
    assert 5 <= len(names.container_registry) <= 50
    assert len(names.workspace) <= 33
    assert 2 <= len(names.registry) <= 32
    long = "a-deployment-with-a-name-that-is-much-too-long"
    assert len(names.endpoint(long)) <= 32
    assert len(names.compute("a-cluster-with-a-long-name")) <= 24
    assert names.endpoint(long) != names.endpoint(long + "er")


def test_names_are_the_same_in_every_run() -> None:
    """Nothing random: GUIDs of role assignments follow from what they grant."""
    first, second = (Names(load_environment(Repository(ROOT), "dev")) for _ in range(2))
    assert first.guid("team", "role", "scope") == second.guid("team", "role", "scope")
    assert first.guid("team", "role", "scope") != first.guid("team", "role", "other")
