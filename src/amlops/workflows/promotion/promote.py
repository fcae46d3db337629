"""`amlops promote`: computes the next steps of all deployments, and makes commits of those whose gates pass.

Each step is a pull request by its own branch. Whoever is cut off is followed by a run that finds the same steps again,
with what was done already.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from amlops.config import Repository, load_break_glass, load_promotion
from amlops.errors import AmlopsError
from amlops.evidence import BRANCH, Evidence
from amlops.git import Git
from amlops.github import GitHub, NotAllowed, Pull, Run
from amlops.progress import Progress
from amlops.promotion import Broken, Judged, NextSteps, Step, next_steps
from amlops.promotion.situation import RunFacts, Situation
from amlops.releases import stage_text

from ..main_branch import main_of, require_main
from .broken_glass import Opened, counting, opened, report_glass
from .promotion_pulls import Pulls
from .promotion_text import body_of

Did = Literal["nothing", "opened", "merged", "waits", "refused", "left"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a step: `opened` is a pull request that waits, `waits` one that GitHub keeps, `refused` one that a
    person closed, `left` one for the next run."""

    judged: Judged
    did: Did
    url: str | None = None
    said: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {**self.judged.as_dict(), "did": self.did, "pull_request": self.url, "said": self.said}


@dataclass(frozen=True, slots=True)
class Promoted:
    """`closed` are pull requests that were no next step any more."""

    now: datetime
    commit: str
    taken: tuple[Taken, ...]
    broken: tuple[Broken, ...]
    glass: tuple[Opened, ...]
    closed: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        return {
            "commit": self.commit,
            "steps": [item.as_dict() for item in self.taken],
            "broken": [
                {"deployment": item.deployment, "problems": [str(problem) for problem in item.problems]}
                for item in self.broken
            ],
            "glass": [item.as_dict(self.now) for item in self.glass],
            "closed": list(self.closed),
        }


def promote(
    repo: Repository,
    git: Git,
    github: GitHub | None,
    *,
    run: Run | None,
    progress: Progress,
    only: str | None = None,
    dry_run: bool,
    minutes: float = 45,
) -> Promoted:
    """Takes what can be taken. After `minutes` (real ones) the rest is left for the next run.

    Raises ConfigError for promotion.yaml and break-glass.yaml, AmlopsError where this is not main's code or GitHub is
    needed and not there. A deployment whose files are broken is told; the others go on.
    """
    ends = time.monotonic() + 60 * minutes
    if not dry_run:
        require_main(git, "promoted")
    base = git.head()
    now = github.now() if github is not None else datetime.now(UTC)
    glass = opened(repo, git, github, load_break_glass(repo), base)
    evidence = Evidence(git)
    with progress.step("computing the next steps"):
        found = next_steps(repo, git, evidence, load_promotion(repo), counting(glass), commit=base, now=now, only=only)
    if dry_run:
        taken = tuple(Taken(judged, "nothing") for judged in found.judged)
        return Promoted(now, base, taken, found.broken, glass)
    if github is None:
        message = (
            "there is no GitHub to open pull requests at; set GITHUB_REPOSITORY and GITHUB_TOKEN, or ask by --dry-run"
        )
        raise AmlopsError(message, exit_code=3)
    taker = Taker(Pulls(git, github, base), found, run, tuple(glass), {})
    try:
        report_glass(github, glass, now)
    except NotAllowed as error:
        progress.line(f"broken glass is told here only: {error}")
    done: list[Taken] = []
    for judged in found.judged:
        done.append(Taken(judged, "left") if time.monotonic() > ends else taker.take(judged))
        progress.line(_told(done[-1]))
    closed = tuple(taker.close_others(only)) if time.monotonic() < ends else ()
    return Promoted(now, base, tuple(done), found.broken, glass, closed)


@dataclass(frozen=True)
class Taker:
    """Takes steps one by one; `_facts` remembers what GitHub said of runs, `_merged` the stages that were moved, with
    their texts."""

    pulls: Pulls
    found: NextSteps
    run: Run | None
    glass: tuple[Opened, ...]
    _facts: dict[int, RunFacts | None]
    _merged: dict[str, str] = field(default_factory=dict)

    def take(self, judged: Judged) -> Taken:
        """Raises GitFailed and GitHubRefused."""
        pull = self.pulls.open.get(judged.step.branch)
        goes = judged.state == "pass" or judged.waits_only_for("approval")
        if pull is None and not goes:
            return Taken(judged, "nothing", said=judged.why)
        if self._moved_on(judged.step):
            return Taken(judged, "left", said="main says something else of it by now; the next run looks at that")
        if goes:
            return self._propose(judged, pull)
        assert pull is not None
        if judged.state == "fail":
            self.pulls.close(pull, judged.why)
            return Taken(judged, "nothing", said=judged.why)
        self.pulls.ensure(judged.step, self._body(judged))
        return Taken(judged, "opened", pull.url, judged.why)

    def _propose(self, judged: Judged, pull: Pull | None) -> Taken:
        step = judged.step
        situation = self.found.situations[step]
        facts: dict[str, Any] = {"runs": self._runs(situation), "now": self.pulls.github.now()}
        if pull is None:
            refused = self.pulls.refused(step)
            if refused is not None:
                said = f"a person closed #{refused.number}; reopen it to go on"
                return Taken(judged, "refused", refused.url, said)
        else:
            facts["approvals"] = self.pulls.approvals(pull, situation.promoted.approvals.teams)
        judged = self.found.again(step, **facts)
        if judged.state == "fail":
            if pull is not None:
                self.pulls.close(pull, judged.why)
            return Taken(judged, "nothing", said=judged.why)
        made = self.pulls.ensure(step, self._body(judged))
        if pull is not None and made.commit != pull.commit:
            # what was approved is not what the branch is now
            judged = self.found.again(step, **{**facts, "approvals": ()})
        if judged.state != "pass":
            return Taken(judged, "opened", made.url, judged.why)
        kept = self.pulls.merge(made, step)
        if kept:
            return Taken(judged, "waits", made.url, f"GitHub: {kept}")
        self._merged[step.stage_path] = stage_text(step.deployment, step.environment, step.after)
        return Taken(judged, "merged", made.url)

    def _moved_on(self, step: Step) -> bool:
        """Whether main has changed what the step is judged by since it was: its deployment's files, the rules of an
        environment, a way back. A stage that was just moved is looked at anew, too."""
        if step.stage_path in self._merged:
            return True
        return any(path.startswith((f"deployments/{step.deployment}/", "environments/")) for path in self._changed())

    def _changed(self) -> set[str]:
        """What main has otherwise by now, but for the stages that were moved here."""
        git, merged = self.pulls.git, self._merged
        main = main_of(git)
        changed = git.changed(self.pulls.base, main)
        return {path for path in changed if path not in merged or git.read(main, path) != merged[path]}

    def close_others(self, only: str | None) -> Iterator[str]:
        """Closes pull requests of ours that no step stands behind, and gives their addresses. Where main has moved on
        the next run does, which knows the steps of today."""
        if any(path.startswith(("deployments/", "environments/")) for path in self._changed()):
            return
        branches = {judged.step.branch for judged in self.found.judged}
        broken = {item.deployment for item in self.found.broken}
        for branch, pull in self.pulls.open.items():
            deployment = branch.split("/")[1]
            if branch in branches or deployment in broken or only not in (None, deployment) or branch.count("/") != 3:
                continue
            self.pulls.close(pull, "this is no next step any more; main's stages moved on")
            yield pull.url

    def _runs(self, situation: Situation) -> dict[int, RunFacts | None]:
        proofs = (situation.ours.evaluation, situation.ours.rollout, situation.ours.applied)
        ids = {proof.written.run for proof in proofs if proof is not None and proof.written is not None}
        for id in ids:
            if id is not None and id not in self._facts:
                self._facts[id] = self.pulls.run(id)
        return self._facts

    def _body(self, judged: Judged) -> str:
        server = self.run.server_url if self.run else "https://github.com"
        evidence = f"{server}/{self.pulls.github.repository}/blob/{BRANCH}"
        told = [item.sentence(self.found.now) for item in self.glass if item.entry.deployment == judged.step.deployment]
        return body_of(judged, evidence, None, told)


def _told(taken: Taken) -> str:
    at = f" {taken.url}" if taken.url else ""
    because = f": {taken.said}" if taken.said else ""
    return f"{taken.judged.step.title} - {taken.did}{at}{because}"
