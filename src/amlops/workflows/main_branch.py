"""Main as the remote has it: what a stage says there, and changes that go there at once or by a pull request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from amlops.config import Repository
from amlops.config.document import document_of
from amlops.errors import AmlopsError
from amlops.git import Files, Git
from amlops.github import GitHub
from amlops.releases import Stage, stage_of, stage_text

MAIN = "main"


def stage_path(deployment: str, environment: str) -> str:
    return f"deployments/{deployment}/stages/{environment}.yaml"


def stage_at(repo: Repository, git: Git, commit: str, deployment: str, environment: str) -> Stage:
    """The stage as it stands at a commit; an empty one where there is no file. Raises ConfigError."""
    path = stage_path(deployment, environment)
    text = git.read(commit, path)
    return Stage() if text is None else stage_of(document_of(text, repo.root / path, root=repo.root))


def main_of(git: Git) -> str:
    """The commit that the remote's main is at, fetched. Raises GitFailed; AmlopsError where there is no main."""
    git.fetch(f"refs/heads/{MAIN}")
    found = git.resolve(f"refs/remotes/origin/{MAIN}")
    if found is None:
        raise AmlopsError(f"{git.remote} has no branch {MAIN}; push it first", exit_code=3)
    return found


def require_main(git: Git, what: str) -> None:
    """`what` (applied, promoted) happens to what main says, by main's own code. Raises AmlopsError (2) elsewhere."""
    head = git.head()
    if head not in git.ancestors(main_of(git)):
        message = f"{head[:12]} is not a commit of main, and only what main says is {what}"
        raise AmlopsError(f"{message}; merge it, and check main out", exit_code=2)


DECLARING = ("Pulumi.yaml", "requirements.lock", "infra/", "environments/", "deployments/", "src/")
"""What declares stacks: it must be as the commit has it."""


def require_committed(git: Git) -> None:
    """Raises AmlopsError (2) where the clone would declare something else than its commit."""
    changed = [path for path in git.changed("HEAD") if path.startswith(DECLARING)]
    if changed:
        shown = ", ".join(changed[:3]) + (f" and {len(changed) - 3} more" if changed[3:] else "")
        raise AmlopsError(f"only what is committed is applied, and {shown} differ from HEAD; commit them", exit_code=2)


@dataclass(frozen=True, slots=True)
class Proposed:
    """Where a change is now: on main (`url` is None), or on a branch, with a pull request where GitHub was reached."""

    commit: str
    branch: str
    url: str | None = None

    @property
    def on_main(self) -> bool:
        return self.branch == MAIN

    def __str__(self) -> str:
        if self.on_main:
            return f"commit {self.commit[:10]} on main"
        return self.url or f"branch {self.branch} ({self.commit[:10]}); open a pull request from it"

    def as_dict(self) -> dict[str, Any]:
        return {"commit": self.commit, "branch": self.branch, "pull_request": self.url}


def propose(
    git: Git,
    github: GitHub | None,
    branch: str,
    files: Callable[[str], Files],
    *,
    title: str,
    body: str,
    direct: bool,
) -> Proposed:
    """Commits what follows from main's own state. `direct` puts it on main, anew where that moved meanwhile.

    Raises GitFailed (a rule of the branch may forbid it), and whatever `files` raises.
    """
    message = f"{title}\n\n{body}".strip() + "\n"
    if direct:
        return Proposed(git.push_files(MAIN, lambda parent: files(parent or ""), message), MAIN)
    base = main_of(git)
    changes = files(base)
    commit = git.restart_branch(branch, base, changes, message)
    if commit == base:
        raise AmlopsError("main has it so already; there is nothing to change", exit_code=2)
    if github is None:
        return Proposed(commit, branch)
    return Proposed(commit, branch, github.pulls.open(branch, title, body).url)


def stage_change(
    repo: Repository, git: Git, deployment: str, environment: str, change: Callable[[Stage], Stage]
) -> Callable[[str], Files]:
    """The files of a move of one stage, as they follow from a commit. Raises ConfigError for a broken stage there."""

    def files(commit: str) -> Files:
        stage = change(stage_at(repo, git, commit, deployment, environment))
        return {stage_path(deployment, environment): stage_text(deployment, environment, stage)}

    return files
