"""Which stacks a reviewer is asked about already, by an apply of another run: asking once more helps nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from amlops.config import Repository
from amlops.git import Git
from amlops.github import Asking
from amlops.stacks import StackName
from amlops.stacks.declared import Declared
from amlops.stacks.touched import touched
from amlops.stacks.waves import github_environment


def asked(
    git: Git, repo: Repository, declared: Declared, stacks: Iterable[StackName], head: str, asking: Iterable[Asking]
) -> tuple[str, ...]:
    """Those of the stacks that a run waits with, and that nothing has changed since its commit: a later change of them
    is shown to the reviewer too. Raises ConfigError, GitFailed."""
    found: dict[str, None] = {}
    left = list(stacks)
    for run in asking:
        if run.commit != head and git.resolve(run.commit) is None:
            continue  # no commit of this clone, so nobody can say what it would bring
        for stack in _unchanged(git, declared, left, head, run.commit):
            if github_environment(repo, declared.environments[stack.environment], stack) in run.environments:
                found[stack.text] = None
    return tuple(found)


def _unchanged(
    git: Git, declared: Declared, stacks: Sequence[StackName], head: str, commit: str
) -> tuple[StackName, ...]:
    if commit == head:
        return tuple(stacks)
    since = touched(git.changed(commit, head), declared, stacks).stacks
    return tuple(stack for stack in stacks if stack not in since)
