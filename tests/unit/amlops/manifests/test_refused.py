"""Manifests that are refused: each says where, what and what to do. Samples state what they expect."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from amlops.config import ConfigError, Problem, Repository
from amlops.manifests import Context, Manifest, compile_manifests

SAMPLES = Path(__file__).parents[3] / "testdata" / "err" / "manifests"
EXPECT = re.compile(r"^# expect: (?P<line>\d+) \[(?P<rule>[\w-]+)\] (?P<text>.+)$", re.MULTILINE)
BY_CLIENT = ("refused-by-client", "no-such-folder", "label-in-component")


def problems_of(files: list[Path], repo: Repository) -> list[Problem]:
    with pytest.raises(ConfigError) as caught:
        compile_manifests([Manifest(file) for file in files], context=Context(repo))
    return list(caught.value.problems)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Problem]]:
    """The problems of each sample by its stem."""
    root = tmp_path_factory.mktemp("refused")
    folder = root / "deployments" / "err"
    shutil.copytree(SAMPLES, folder)
    repo = Repository(root)
    found = problems_of([folder / f"{stem}.yml" for stem in BY_CLIENT], repo)
    ours = [file for file in sorted(folder.glob("*.yml")) if file.stem not in BY_CLIENT]
    found += problems_of(ours, repo)
    return {stem: [item for item in found if item.file.stem == stem] for stem in (f.stem for f in folder.glob("*.yml"))}


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.yml")), ids=lambda file: file.stem)
def test_a_refused_manifest_says_where_and_what(sample: Path, refused: dict[str, list[Problem]]) -> None:
    """Exactly the problems that the sample announces, each at its line, under its rule, in one line."""
    expected = [(int(m["line"]), m["rule"], m["text"]) for m in EXPECT.finditer(sample.read_text())]
    problems = refused[sample.stem]
    assert expected, "a sample without `# expect:` lines tests nothing"
    assert sorted((p.line, p.rule) for p in problems) == sorted((line, rule) for line, rule, _ in expected)
    for line, rule, text in expected:
        assert any((p.line, p.rule) == (line, rule) and text in p.message for p in problems), problems
    for problem in problems:
        assert "\n" not in str(problem)
        assert str(problem).startswith(f"deployments/err/{sample.name}:")


def test_a_missing_manifest_is_one_message(tmp_path: Path) -> None:
    """A file that about.yaml names but that isn't there."""
    problems = problems_of([tmp_path / "endpoint.yml"], Repository(tmp_path))
    assert [str(problem) for problem in problems] == ["endpoint.yml:1: there is no such file; create it [missing-file]"]


def test_the_kind_that_is_needed_is_checked(tmp_path: Path) -> None:
    """A deployment's manifest where an endpoint's belongs."""
    file = tmp_path / "endpoint.yml"
    shutil.copy(SAMPLES / "registry-label.yml", file)
    with pytest.raises(ConfigError, match="it is of kind online-deployment, but online-endpoint is needed here"):
        compile_manifests([Manifest(file, "online-endpoint")], context=Context(Repository(tmp_path)))
