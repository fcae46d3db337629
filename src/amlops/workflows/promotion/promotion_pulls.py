"""The pull requests of promotion: one a step, by its branch; found again by whoever goes on after a run that died."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from amlops.git import Git
from amlops.github import GitHub, GitHubRefused, Pull
from amlops.promotion import Step
from amlops.promotion.situation import Approver, RunFacts
from amlops.releases import stage_text

from .promotion_text import CLOSED, same

PREFIXES = ("promote/", "retire/")


@dataclass(frozen=True)
class Pulls:
    """`base` is the commit of main that the steps were computed from."""

    git: Git
    github: GitHub
    base: str

    @cached_property
    def open(self) -> Mapping[str, Pull]:
        """Open pull requests of ours by their branch."""
        listed = self.github.pulls.listed()
        return {pull.head: pull for pull in listed if not pull.fork and pull.head.startswith(PREFIXES)}

    def refused(self, step: Step) -> Pull | None:
        """The step's last pull request, where a person closed it without merging: that is a no."""
        last = self.github.pulls.find(step.branch, state="closed")
        if last is None or last.state == "merged" or last.body.startswith(CLOSED):
            return None
        return last

    def ensure(self, step: Step, body: str) -> Pull:
        """The step's open pull request with this text, and with a branch that changes just the stage. The branch of an
        open one is left as it is while that holds, so that approvals of it stand. Raises GitFailed, GitHubRefused."""
        known = self.open.get(step.branch)
        if known is not None and self._holds(step, known):
            if same(known.body, body):
                return known
            return self.github.pulls.update(known.number, body=body)
        text = stage_text(step.deployment, step.environment, step.after)
        message = f"{step.title}\n"
        commit = self.git.restart_branch(step.branch, self.base, {step.stage_path: text}, message)
        made = self.github.pulls.open(step.branch, step.title, body, labels=["promotion"])
        if not same(made.body, body):
            made = self.github.pulls.update(made.number, body=body)
        return made if made.commit == commit else self.github.pulls.get(made.number)

    def _holds(self, step: Step, pull: Pull) -> bool:
        """Whether merging the branch as it is does the step: it changes the stage as it is now to what it should be."""
        if self.git.resolve(pull.commit) is None:
            self.git.fetch(f"refs/heads/{pull.head}")
        if self.git.resolve(pull.commit) is None:
            return False
        path, fork = step.stage_path, self.git.merge_base(self.base, pull.commit)
        if self.git.changed(fork, pull.commit) != (path,):
            return False
        meant = stage_text(step.deployment, step.environment, step.after)
        return self.git.read(pull.commit, path) == meant and self.git.read(fork, path) == self.git.read(self.base, path)

    def approvals(self, pull: Pull, teams: tuple[str, ...]) -> tuple[Approver, ...]:
        """Who approved it as it is, with the teams of theirs that were asked for."""
        logins = self.github.pulls.approved_by(pull.number)
        return tuple(Approver(login, tuple(team for team in teams if self._is_in(team, login))) for login in logins)

    def _is_in(self, team: str, login: str) -> bool:
        found = self.github.find(f"/orgs/{self.github.owner}/teams/{team}/memberships/{login}")
        return bool(found) and found.get("state") == "active"

    def run(self, id: int) -> RunFacts | None:
        """A run as GitHub has it."""
        found = self.github.runs.get(id)
        if found is None:
            return None
        return RunFacts(str(found["head_sha"]), str(found["head_branch"]), str(found["path"]).partition("@")[0])

    def merge(self, pull: Pull, step: Step) -> str | None:
        """None where it is merged; else why GitHub does not let it be merged yet."""
        try:
            self.github.pulls.merge(pull.number, commit=pull.commit, title=step.title)
        except GitHubRefused as error:
            if error.status not in (405, 409):
                raise
            return error.said
        self.git.swap(f"refs/heads/{pull.head}", pull.commit, None)
        return None

    def close(self, pull: Pull, why: str) -> None:
        """Closes it, says why, and lets its branch go."""
        if not pull.body.startswith(CLOSED):
            self.github.pulls.update(pull.number, body=f"{CLOSED}\n**Closed:** {why}\n\n{pull.body}")
        self.github.pulls.close(pull.number)
        self.git.swap(f"refs/heads/{pull.head}", pull.commit, None)
