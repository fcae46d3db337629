"""A rollout's stage, evidence and watchdog, on a real bare remote that others push to as well."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.unit.amlops.rollout.moments import at, minutes

from amlops.applied import applied_commit, applied_ref, move_applied
from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.evidence import Evidence
from amlops.git import Git
from amlops.github import Run
from amlops.releases import Stage, stage_text
from amlops.rollout.figures import NOTHING
from amlops.rollout.history import History
from amlops.stacks.lease import hold_lease
from amlops.workflows.rollout import Watch, Watched
from amlops.workflows.rollout.kept import KeptInFolder, KeptInGit
from amlops.workflows.rollout.stages import StageInFile, StageInGit

ONE, TWO = "aaaaaaaaaaaa", "bbbbbbbbbbbb"
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
RUN = Run(
    7, 1, "o/r", "c" * 40, "ada", "rollout", "push", "refs/heads/main", "https://github.invalid", None, None, None
)
HISTORY = History(
    deployment="wine",
    environment="prod",
    endpoint="cml-wine-prod",
    release=TWO,
    old=ONE,
    verdict="healthy",
    reason="fine",
    began=at("10:00"),
    ended=at("11:00"),
    ours=minutes("10:00", 10),
    theirs=minutes("10:00", 10),
)


class Remote:
    """A bare remote with a `main`, and clones of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = folder / "remote.git"
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(self.url)], check=True)
        self.number = 0
        self.push({"README.md": "hello\n"})

    def clone(self) -> Git:
        self.number += 1
        place = self.folder / f"clone-{self.number}"
        subprocess.run(["git", "clone", "-q", str(self.url), str(place)], check=True, capture_output=True)
        return Git(place)

    def push(self, files: dict[str, str]) -> str:
        return self.clone().push_files("main", dict(files), "feat: a change")

    def push_stage(self, stage: Stage, environment: str = "prod", deployment: str = "wine") -> str:
        path = f"deployments/{deployment}/stages/{environment}.yaml"
        return self.push({path: stage_text(deployment, environment, stage)})


@pytest.fixture
def remote(tmp_path: Path) -> Remote:
    return Remote(tmp_path)


def stages(remote: Remote) -> StageInGit:
    git = remote.clone()
    return StageInGit(git, Repository(git.root), "wine", "prod")


# -- the stage ---------------------------------------------------------------------------------------------------------


def test_stage_is_read_from_mains_head(remote: Remote) -> None:
    """What somebody pushed a moment ago counts, whatever the clone was checked out from."""
    found = stages(remote)
    assert found.read() == Stage()
    remote.push_stage(Stage(current=ONE, candidate=TWO))
    assert found.read() == Stage(current=ONE, candidate=TWO)


def test_stage_is_moved_where_it_is_by_then(remote: Remote) -> None:
    """Commits that came meanwhile stay, also those that changed the stage itself."""
    remote.push_stage(Stage(current=ONE, candidate=TWO))
    found = stages(remote)
    found.read()
    remote.push({"other.txt": "x"})
    remote.push_stage(Stage(current=ONE, candidate=TWO, previous="cccccccccccc"))
    found.write(Stage.refused, "chore(prod): reject it")
    assert found.read() == Stage(current=ONE, previous="cccccccccccc", rejected=(TWO,))
    git = remote.clone()
    assert git.read("HEAD", "other.txt") == "x"
    subject = subprocess.run(
        ["git", "-C", str(git.root), "log", "-1", "--format=%s"], capture_output=True, text=True, check=True
    )
    assert subject.stdout == "chore(prod): reject it\n"


def test_a_move_that_does_not_fit_any_more_is_not_made(remote: Remote) -> None:
    """What the decision was made from has gone."""
    remote.push_stage(Stage(current=ONE))

    def move(_: Stage) -> Stage:
        raise AmlopsError("the stage names no release as candidate now")

    with pytest.raises(AmlopsError, match="no release as candidate"):
        stages(remote).write(move, "chore: no")
    assert stages(remote).read() == Stage(current=ONE)


def test_local_stage_is_a_file(tmp_path: Path) -> None:
    """The environment `local` is not in git."""
    found = StageInFile(Repository(tmp_path), "wine", "local")
    found.write(lambda stage: replace(stage, current=ONE), "nobody reads it")
    assert found.read() == Stage(current=ONE)


# -- the evidence ------------------------------------------------------------------------------------------------------


def test_evidence_says_who_wrote_it(remote: Remote) -> None:
    """JSON and picture by one commit on the branch `evidence`, with the run that gates look for."""
    kept = KeptInGit("wine", "prod", Evidence(remote.clone()), RUN)
    assert not kept.proven(Stage(current=TWO))
    address = kept.write(HISTORY, NOW)
    assert address == f"https://github.invalid/o/r/blob/evidence/deployments/wine/{TWO}/rollout-prod.svg?raw=true"
    read = Evidence(remote.clone())
    assert read.paths == {f"deployments/wine/{TWO}/rollout-prod.{kind}" for kind in ("json", "svg")}
    found = read.read(f"deployments/wine/{TWO}/rollout-prod.json")
    assert found is not None
    assert found["written"] == RUN.written(NOW)
    assert found["verdict"] == "healthy"
    assert KeptInGit("wine", "prod", read, None).proven(Stage(current=TWO))


def test_evidence_of_the_same_rollout_is_written_once(remote: Remote) -> None:
    """A runner died between evidence and stage: the next one leaves what is there."""
    kept = KeptInGit("wine", "prod", Evidence(remote.clone()), RUN)
    kept.write(HISTORY, NOW)
    before = remote.clone().remote_refs("refs/heads/evidence")
    kept.write(replace(HISTORY, ended=at("11:30")), NOW)
    assert remote.clone().remote_refs("refs/heads/evidence") == before
    kept.write(replace(HISTORY, began=at("11:00"), verdict="rejected"), NOW)
    assert remote.clone().remote_refs("refs/heads/evidence") != before


def test_a_release_that_was_gone_back_to_keeps_its_figures(remote: Remote) -> None:
    """Until its smoke test says that it has the traffic again, the later evidence of the other one counts."""
    kept = KeptInGit("wine", "prod", Evidence(remote.clone()), RUN)
    kept.write(replace(HISTORY, release=ONE, old="000000000000"), NOW)
    kept.write(HISTORY, NOW + timedelta(days=1))
    assert kept.proven(Stage(current=TWO, previous=ONE))
    back = Stage(current=ONE, previous=TWO, rejected=(TWO,))
    assert not kept.proven(back)
    applied(remote, "prod.wine", remote.push_stage(back))
    started: list[str] = []
    assert [found.state for found in watch(remote, started)] == ["started"]
    kept.write(replace(HISTORY, release=ONE, old=None, ours=NOTHING, theirs=NOTHING), NOW + timedelta(days=2))
    assert kept.proven(back)
    found = kept.read(kept.path(ONE))
    assert found is not None
    assert found["measured"]["candidate"]["requests"] == 600
    assert watch(remote, started) == []


def test_who_is_made_current_against_its_verdict_keeps_what_was_measured(remote: Remote) -> None:
    """The gates of the next environment judge that: a person's word for this one is no measurement."""
    kept = KeptInGit("wine", "prod", Evidence(remote.clone()), RUN)
    kept.write(replace(HISTORY, verdict="rejected", reason="too slow"), NOW)
    forced = replace(HISTORY, phases=(), ours=NOTHING, theirs=NOTHING, reason="the smoke test passed")
    kept.write(forced, NOW + timedelta(days=1))
    found = kept.read(kept.path(TWO))
    assert found is not None
    assert kept.proven(Stage(current=TWO))
    assert (found["reason"], found["sentence"]) == ("the smoke test passed", forced.sentence)
    assert found["measured"]["candidate"]["requests"] == 600


def test_local_evidence_is_a_folder(tmp_path: Path) -> None:
    """The same files, below the clone's own."""
    kept = KeptInFolder("wine", "local", tmp_path)
    assert not kept.proven(Stage(current=TWO))
    assert kept.write(HISTORY, NOW) is None
    assert kept.proven(Stage(current=TWO))
    assert (tmp_path / f"deployments/wine/{TWO}/rollout-local.svg").is_file()


# -- what died ---------------------------------------------------------------------------------------------------------


def watch(remote: Remote, started: list[str], alive: Callable[[object], bool | None] = lambda _: None) -> list[Watched]:
    git = remote.clone()
    return list(Watch(Repository(git.root), git, lambda: NOW, alive, started.append).look())


def applied(remote: Remote, stack: str, commit: str) -> None:
    git = remote.clone()
    assert move_applied(git, stack, applied_commit(git, stack), commit)


def test_a_candidate_that_nobody_rolls_out_is_started(remote: Remote) -> None:
    """Applied, and no lease: the rollout begins, or goes on."""
    applied(remote, "prod.wine", remote.push_stage(Stage(current=ONE, candidate=TWO)))
    started: list[str] = []
    assert watch(remote, started) == [Watched("prod.wine", "started", f"{TWO} is to be rolled out")]
    assert started == ["prod.wine"]


def test_a_lease_that_lives_is_left_alone(remote: Remote) -> None:
    """One holder at a time; a dead one's stack is started again."""
    applied(remote, "prod.wine", remote.push_stage(Stage(current=ONE, candidate=TWO)))
    started: list[str] = []
    with hold_lease(remote.clone(), "prod.wine", RUN, "amlops rollout prod.wine", lambda: NOW):
        (found,) = watch(remote, started)
        assert (found.state, started) == ("held", [])
        assert "held by run 7 of ada" in found.why
        (found,) = watch(remote, started, lambda _: False)
        assert (found.state, started) == ("started", ["prod.wine"])


def test_an_apply_comes_first(remote: Remote) -> None:
    """A candidate that no apply has deployed yet has nothing to be rolled out."""
    remote.push_stage(Stage(current=ONE, candidate=TWO))
    started: list[str] = []
    (found,) = watch(remote, started)
    assert found.state == "unapplied"
    applied(remote, "prod.wine", remote.push_stage(Stage(current=ONE)))
    remote.push_stage(Stage(current=ONE, candidate=TWO))
    (found,) = watch(remote, started)
    assert (found.state, started) == ("unapplied", [])


def test_a_first_release_without_evidence_is_looked_at(remote: Remote) -> None:
    """Nothing says yet that it is healthy, and gates ask for that; once there is evidence nothing is left to do."""
    applied(remote, "prod.wine", remote.push_stage(Stage(current=TWO)))
    started: list[str] = []
    (found,) = watch(remote, started)
    assert (found.state, started) == ("started", ["prod.wine"])
    KeptInGit("wine", "prod", Evidence(remote.clone()), RUN).write(HISTORY, NOW)
    assert watch(remote, started) == []


def test_a_broken_stage_keeps_no_other_back(remote: Remote) -> None:
    """It is told with file and line, and the others are started."""
    remote.push({"deployments/beer/stages/prod.yaml": "current: 12\ncandidat: x\n"})
    applied(remote, "prod.wine", remote.push_stage(Stage(current=ONE, candidate=TWO)))
    started: list[str] = []
    broken, fine = watch(remote, started)
    assert (broken.stack, broken.state) == ("prod.beer", "broken")
    assert "deployments/beer/stages/prod.yaml:2:" in broken.why
    assert (fine.state, started) == ("started", ["prod.wine"])


def test_a_ref_that_names_no_commit_keeps_no_other_back(remote: Remote) -> None:
    """Whoever may push can make one."""
    applied(remote, "prod.wine", remote.push_stage(Stage(current=ONE, candidate=TWO)))
    remote.push({"deployments/beer/stages/prod.yaml": stage_text("beer", "prod", Stage(current=ONE, candidate=TWO))})
    git = remote.clone()
    assert git.swap(applied_ref("prod.beer"), None, git.store("nothing\n"))
    started: list[str] = []
    broken, fine = watch(remote, started)
    assert (broken.stack, broken.state) == ("prod.beer", "broken")
    assert "refs/applied/prod.beer names" in broken.why
    assert (fine.state, started) == ("started", ["prod.wine"])


def test_a_rollout_that_cannot_be_started_is_a_failure(remote: Remote) -> None:
    """Else no job would be red where GitHub starts none."""
    applied(remote, "prod.wine", remote.push_stage(Stage(current=ONE, candidate=TWO)))
    git = remote.clone()

    def start(_: str) -> None:
        raise AmlopsError("GitHub refused")

    with pytest.raises(AmlopsError, match="GitHub refused"):
        Watch(Repository(git.root), git, lambda: NOW, lambda _: None, start).look()


def test_the_local_environment_is_nobody_elses(remote: Remote) -> None:
    """A stage file of `local` that found its way into git is not looked at."""
    remote.push_stage(Stage(current=ONE, candidate=TWO), environment="local")
    assert watch(remote, []) == []
