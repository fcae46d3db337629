"""What follows an apply: which wave, without what, and when another run is started at all."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from amlops.applied import applied_commit, applied_commits, move_applied
from amlops.config import Repository
from amlops.git import Git
from amlops.github import Asking
from amlops.stacks.declared import Declared
from amlops.workflows.apply.hand_on import HandedOn, hand_on
from amlops.workflows.rollout import Watch

ROOT = Path(__file__).parents[4]


@dataclass
class Company:
    """A clone with our environments and no deployment, its remote, and the runs that were started."""

    repo: Repository
    git: Git
    started: list[Sequence[str]] = field(default_factory=list)

    def commit(self, path: str, text: str) -> str:
        (self.repo.root / path).write_text(text)
        for words in (["add", "-A"], ["commit", "-qm", "x"], ["push", "-q", "origin", "HEAD:main"]):
            subprocess.run(["git", "-C", self.repo.root, *words], check=True)
        return self.git.head()

    def applied(self, commit: str, *stacks: str) -> None:
        for stack in stacks:
            assert move_applied(self.git, stack, applied_commit(self.git, stack), commit)

    def hand_on(
        self,
        *stacks: str,
        without: Sequence[str] = (),
        began: Mapping[str, str] | None = None,
        asking: Sequence[Asking] = (),
    ) -> HandedOn:
        """`began`: what the stacks were applied from when the run began, where it wasn't what they are now."""
        tried = {**{stack: applied_commits(self.git).get(stack) for stack in stacks}, **(began or {})}
        watch = Watch(self.repo, self.git, lambda: pytest.fail("no lease"), lambda _: None, lambda _: None)
        start = self.started.append
        declared = Declared(self.repo)
        return hand_on(self.git, declared, watch, start, tried=tried, without=without, asking=asking)


@pytest.fixture
def company(tmp_path: Path) -> Company:
    root, remote = tmp_path / "clone", tmp_path / "remote.git"
    shutil.copytree(ROOT / "environments", root / "environments")
    (root / "deployments").mkdir()
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", remote], check=True)
    for words in (
        ["init", "-q", "-b", "main"],
        ["config", "user.name", "t"],
        ["config", "user.email", "t@example.invalid"],
        ["remote", "add", "origin", str(remote)],
    ):
        subprocess.run(["git", "-C", root, *words], check=True)
    made = Company(Repository(root), Git(root))
    made.commit("README.md", "one\n")
    return made


def test_the_next_wave_follows(company: Company) -> None:
    """The registry is there, so the platforms may come: first those that nobody has to be asked about."""
    company.applied(company.git.head(), "shared")
    found = company.hand_on("shared")
    assert (found.failed, found.next) == ((), ("dev",))
    company.applied(company.git.head(), "dev")
    assert company.hand_on("dev").next == ("staging", "prod")
    assert company.started == [[], []]


def test_nothing_follows_when_all_is_applied(company: Company) -> None:
    """No run is started for nothing."""
    company.applied(company.git.head(), "shared", "dev", "staging", "prod")
    assert company.hand_on("prod").next == ()
    assert company.started == []


def test_what_failed_is_left_out_and_holds_back_what_stands_on_it(company: Company) -> None:
    """The registry failed: every platform reads it, so nothing follows, and nothing is tried for ever."""
    found = company.hand_on("shared")
    assert (found.failed, found.next) == (("shared",), ())
    assert set(found.held) == {"dev", "staging", "prod"}
    assert company.started == []


def test_the_others_go_on(company: Company) -> None:
    """dev failed in this run, staging in the run before; prod stands on neither."""
    company.applied(company.git.head(), "shared")
    found = company.hand_on("dev", without=["staging", "gone"])
    assert (found.failed, found.next) == (("dev",), ("prod",))
    assert company.started == [["dev", "staging"]]


def test_what_a_person_left_out_stays_out(company: Company) -> None:
    """Also where what it stands on was applied just now: an owner gives roles at a new registry first."""
    company.applied(company.git.head(), "shared")
    assert company.hand_on("shared", without=["dev", "staging", "prod"]).next == ()
    assert company.started == []


def test_a_later_commit_is_tried_as_a_whole(company: Company) -> None:
    """main moved while this run went on: what failed may be mended there."""
    company.applied(company.git.head(), "shared")
    here = company.git.head()
    company.commit("README.md", "two\n")
    subprocess.run(["git", "-C", company.repo.root, "checkout", "-q", here], check=True)
    company.hand_on("dev")
    assert [list(left_out) for left_out in company.started] == [[]]


def test_a_run_that_leaves_nothing_behind_is_followed_where_main_moved(company: Company) -> None:
    """Its job may have taken the place of one that the newer run had waiting."""
    company.applied(company.git.head(), "shared", "dev", "staging", "prod")
    here = company.git.head()
    company.commit("README.md", "two\n")
    subprocess.run(["git", "-C", company.repo.root, "checkout", "-q", here], check=True)
    assert company.hand_on("dev").next == ()
    assert [list(left_out) for left_out in company.started] == [[]]


def test_a_stack_that_another_run_applied_meanwhile_is_tried_again(company: Company) -> None:
    """What git explained began at a commit that it no longer stands at; the next run works it out anew. It is no
    failure, but where it fails without that, it is."""
    old = company.git.head()
    company.applied(old, "shared", "staging", "prod")
    company.commit("environments/dev.yaml", (company.repo.environments / "dev.yaml").read_text() + "# one\n")
    company.applied(company.git.head(), "dev")
    company.commit("environments/dev.yaml", (company.repo.environments / "dev.yaml").read_text() + "# two\n")
    found = company.hand_on("dev", began={"dev": old})
    assert (found.failed, found.again, found.next) == ((), ("dev",), ("dev",))
    found = company.hand_on("dev")
    assert (found.failed, found.again, found.next) == (("dev",), (), ())
    assert [list(left_out) for left_out in company.started] == [[]]


def test_nobody_is_asked_twice_about_one_change(company: Company) -> None:
    """A run waits for prod's reviewer: another one leaves prod to it, until something changes prod again."""
    company.applied(company.git.head(), "shared", "dev", "staging")
    asking = Asking(7, company.git.head(), ("prod-platform",))
    found = company.hand_on("dev", asking=[asking])
    assert (found.asked, found.next) == (("prod",), ())
    assert company.started == []
    company.commit("environments/prod.yaml", (company.repo.environments / "prod.yaml").read_text() + "# two\n")
    found = company.hand_on("dev", asking=[asking])
    assert (found.asked, found.next) == ((), ("prod",))
