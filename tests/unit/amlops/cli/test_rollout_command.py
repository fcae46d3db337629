"""`amlops rollout`: what it takes, what it tells, and the commands of its how-to."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tests.unit.amlops.workflows.rollout.rollout_world import SETTINGS, Model, World

from amlops.cli import rollout as command
from amlops.cli.main import run
from amlops.github import GitHub

ROOT = Path(__file__).parents[4]
STACK = "prod.diabetes-progression"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """The command works on this world, in a job of GitHub's whose outputs and summary are files."""
    found = World()

    @contextmanager
    def open_job(*_: Any, **__: Any) -> Iterator[Any]:
        yield found.job()

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(command, "open_job", open_job)
    monkeypatch.setattr(command, "unleased_job", lambda *_: found.job())
    for name, value in {
        "GITHUB_RUN_ID": "7",
        "GITHUB_REPOSITORY": "o/r",
        "GITHUB_ACTOR": "ada",
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
    }.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def dispatched(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, str]]]:
    """The runs that were started."""
    found: list[tuple[str, dict[str, str]]] = []
    github = SimpleNamespace(runs=SimpleNamespace(dispatch=lambda workflow, inputs: found.append((workflow, inputs))))
    monkeypatch.setattr(GitHub, "of", staticmethod(lambda _: github))
    return found


def test_its_end_is_told_to_the_job(
    world: World, dispatched: list[Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 0, the sentence as result; no further run is started, and nothing is given to other jobs."""
    assert run(["rollout", STACK, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {
        "stack": "prod.wine",
        "handed_on": False,
        "sentence": "healthy on R2; R1 is kept as previous",
        "verdict": "healthy",
        "release": "R2",
    }
    assert not (tmp_path / "output").exists()
    assert dispatched == []


def test_a_rejected_candidate_is_no_failure_of_the_job(
    world: World, dispatched: list[Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """The rollout did what it is for: old one back, git knows."""
    world.model = Model(errors=0.5)
    assert run(["rollout", STACK, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "rejected"


def test_it_hands_on(world: World, dispatched: list[Any], tmp_path: Path) -> None:
    """After its time another run is started for the same stack, and the summary says so."""
    world.settings = SETTINGS.model_copy(update={"minimum_requests": 10_000_000})
    assert run(["rollout", STACK, "--max-minutes", "0"]) == 0
    assert dispatched == [("rollout.yml", {"stack": STACK})]
    assert "Another run goes on" in (tmp_path / "summary").read_text()


@pytest.mark.parametrize(
    "words",
    [
        [],
        [STACK, "--watch"],
        ["--watch", "--pause"],
        [STACK, "--reason", "why"],
        ["--pause"],
        [STACK, "--max-minutes", "-1"],
    ],
)
def test_what_it_does_not_take(world: World, words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2 and what to do."""
    assert run(["rollout", *words]) == 2
    assert "--help" in capsys.readouterr().err


def test_only_a_deployments_stack_has_traffic(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The platform's stack is refused with the name of one that fits."""
    monkeypatch.chdir(ROOT)
    assert run(["rollout", "prod", "--pause"]) == 2
    assert "prod.<deployment>" in capsys.readouterr().err


def test_commands_of_the_how_to(world: World, dispatched: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    """Each `amlops rollout` of the page on pausing, in its order, does what the page says."""
    page = (ROOT / "docs/how-to/pause-a-rollout.md").read_text(encoding="utf-8")
    lines = [line for block in re.findall(r"```bash\n(.*?)```", page, re.DOTALL) for line in block.splitlines()]
    rollouts = [shlex.split(line)[1:] for line in lines if "amlops rollout prod" in line]
    assert [next(word for word in words if word.startswith("--")) for words in rollouts] == [
        "--pause",
        "--resume",
        "--abort",
        "--max-minutes",
    ]
    said = []
    for words in rollouts:
        assert run(words) == 0
        said.append(capsys.readouterr().out.strip())
    assert said == [
        "the rollout of R2 on prod.wine is paused by ada: sale until Friday",
        "the rollout of R2 on prod.wine is let go on by ada",
        "the rollout of R2 on prod.wine is aborted by ada: trained on the wrong month",
        f"{STACK}: healthy on R1; R2 rejected because aborted by ada: trained on the wrong month",
    ]
