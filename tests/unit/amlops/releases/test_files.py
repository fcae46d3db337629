"""Releases and stages as files: what is read, what is refused, how they are written."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from amlops.config import ConfigError, Repository
from amlops.releases import Stage, load_release, load_stage, release_ids, write_release, write_stage
from amlops.releases.files import write_atomically

DATA = Path(__file__).parents[3] / "testdata"
NAME = "diabetes-progression"
ID = "60c746df0471"
EXPECT = re.compile(r"^# expect: (?P<line>\d+) \[(?P<rule>[\w-]+)\] (?P<text>.+)$", re.MULTILINE)


def repository(root: Path, sample: Path, *, stage: bool, environment: str = "local") -> Repository:
    """A repository that holds this sample as a stage or as a release."""
    repo = Repository(root)
    target = repo.stage_file(NAME, environment) if stage else repo.releases_dir(NAME, environment) / sample.name
    target.parent.mkdir(parents=True)
    shutil.copy(sample, target)
    return repo


def assert_refused(sample: Path, load: Callable[[], object]) -> None:
    expected = [(int(m["line"]), m["rule"], m["text"]) for m in EXPECT.finditer(sample.read_text())]
    with pytest.raises(ConfigError) as caught:
        load()
    problems = caught.value.problems
    assert expected, "a sample without `# expect:` lines tests nothing"
    assert sorted((p.line, p.rule) for p in problems) == sorted((line, rule) for line, rule, _ in expected)
    for line, rule, text in expected:
        assert any((p.line, p.rule) == (line, rule) and text in p.message for p in problems), problems


@pytest.mark.parametrize("sample", sorted((DATA / "err" / "stages").glob("*.yaml")), ids=lambda file: file.stem)
def test_a_refused_stage_says_where_and_what(sample: Path, tmp_path: Path) -> None:
    """People edit stages by hand: exactly the problems that the sample announces, each at its line."""
    repo = repository(tmp_path, sample, stage=True)
    assert_refused(sample, lambda: load_stage(repo, NAME, "local"))


@pytest.mark.parametrize("sample", sorted((DATA / "err" / "releases").glob("*.yaml")), ids=lambda file: file.stem)
def test_a_refused_release_says_where_and_what(sample: Path, tmp_path: Path) -> None:
    """A release never changes: an edit is found by its id."""
    repo = repository(tmp_path, sample, stage=False)
    if sample.stem != "renamed":
        sample_as_made = repo.releases_dir(NAME, "local") / f"{ID}.yaml"
        (repo.releases_dir(NAME, "local") / sample.name).rename(sample_as_made)
    name = sample.stem if sample.stem == "renamed" else ID
    assert_refused(sample, lambda: load_release(repo, NAME, "local", name))


@pytest.mark.parametrize(
    ("sample", "stage"),
    [
        ("local", Stage(ID)),
        ("rolling-out", Stage("0a1b2c3d4e5f", ID, None, ("111111111111",))),
        ("rolled-back", Stage("0a1b2c3d4e5f", None, ID, (ID,))),
        ("next", Stage("0a1b2c3d4e5f", ID, next="2222222222aa")),
        ("empty", Stage()),
    ],
)
def test_stages_are_read(sample: str, stage: Stage, tmp_path: Path) -> None:
    """What is left out is nothing; quotes may be left out where YAML sees no number."""
    repo = repository(tmp_path, DATA / "ok" / "stages" / f"{sample}.yaml", stage=True)
    assert load_stage(repo, NAME, "local") == stage


def test_no_stage_file_is_an_empty_stage(tmp_path: Path) -> None:
    """Before the first release there is no file."""
    assert load_stage(Repository(tmp_path), NAME, "dev") == Stage()


def test_running_releases_in_order() -> None:
    """What must be deployed: current, candidate, previous."""
    assert Stage("a" * 12, "b" * 12, "c" * 12, ("d" * 12,)).running == ("a" * 12, "b" * 12, "c" * 12)
    assert Stage().running == ()


def test_a_release_is_written_as_it_is_read(tmp_path: Path) -> None:
    """Reading and writing again gives the same file, byte by byte."""
    sample = DATA / "ok" / "releases" / f"{ID}.yaml"
    repo = repository(tmp_path, sample, stage=False)
    release = load_release(repo, NAME, "local", ID)
    assert write_release(repo, "local", release).read_text() == sample.read_text()
    assert release.deployment_name == f"r-{ID}"
    assert 3 <= len(release.deployment_name) <= 32
    assert {asset.kind for asset in release.assets} == {"code", "model", "environment"}


def test_local_lies_outside_what_git_tracks(tmp_path: Path) -> None:
    """`local` writes below .local/, every other environment beside the deployment."""
    repo = Repository(tmp_path)
    local, dev = write_stage(repo, NAME, "local", Stage(ID)), write_stage(repo, NAME, "dev", Stage(ID))
    assert local.relative_to(tmp_path).as_posix() == f".local/deployments/{NAME}/stages/local.yaml"
    assert dev.relative_to(tmp_path).as_posix() == f"deployments/{NAME}/stages/dev.yaml"


def test_a_written_stage_is_read_back_whatever_its_ids_look_like(tmp_path: Path) -> None:
    """Ids that YAML would take for numbers are quoted."""
    repo = Repository(tmp_path)
    stage = Stage("123456789012", "1234e5678901", "0x1234567890"[2:] + "00", ("000000000000",))
    write_stage(repo, NAME, "local", stage)
    assert load_stage(repo, NAME, "local") == stage


def test_an_unknown_release_names_the_known_ones(tmp_path: Path) -> None:
    """A stage that names a release without a file: the message says which there are and what to run."""
    repo = repository(tmp_path, DATA / "ok" / "releases" / f"{ID}.yaml", stage=False)
    assert release_ids(repo, NAME, "local") == (ID,)
    with pytest.raises(ConfigError, match=rf"available releases are {ID}; .*amlops release {NAME}") as caught:
        load_release(repo, NAME, "local", "ffffffffffff")
    assert [problem.rule for problem in caught.value.problems] == ["known-release"]


def test_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails leaves the old file and nothing else."""
    file = tmp_path / "stage.yaml"
    write_atomically(file, "old\n")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        write_atomically(file, "new\n")
    assert file.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [file]


def test_capacity_and_tags_change_the_file_but_not_the_id(tmp_path: Path) -> None:
    """A release with more instances is the same release, and passes the check of its id."""
    repo = repository(tmp_path, DATA / "ok" / "releases" / f"{ID}.yaml", stage=False)
    release = load_release(repo, NAME, "local", ID)
    body = {**release.deployment_body, "sku": {"name": "Default", "capacity": 5}, "tags": {}}
    write_release(repo, "local", replace(release, deployment_body=body))
    assert load_release(repo, NAME, "local", ID).deployment_body["sku"]["capacity"] == 5
