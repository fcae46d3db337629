"""The plan that git explains: what the commits since a stack was last applied do to it, computed without a credential.

`amlops apply` compares it with its live preview (docs/adr/0016).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from amlops.applied import applied_commit
from amlops.config import ConfigError, Environment, Repository, load_environment
from amlops.git import Git
from amlops.progress import Progress
from amlops.stacks import StackName, parse_stack, platform_stack, registry_stack
from amlops.stacks.meaning import Meaning, meaning_of
from amlops.stacks.recovery import up as recovered_up

from ..rehearsal.ground import lay_ground
from ..rehearsal.throwaway import Rehearsal, rehearsal


@dataclass(frozen=True, slots=True)
class Expected:
    """`base` is the commit that the stack was last applied from, None where it never was."""

    base: str | None
    head: str
    meaning: Meaning

    def as_dict(self) -> dict[str, Any]:
        return {"base": self.base, "head": self.head, **self.meaning.as_dict()}


def expected(git: Git, repo: Repository, text: str, progress: Progress) -> Expected:
    """The meaning for one stack, from `refs/applied/<stack>` to HEAD. Raises ConfigError, GitFailed and AmlopsError."""
    stack, environment = parse_stack(repo, text)
    to = git.head()
    base = applied_commit(git, text)
    with rehearsal(
        git,
        base or to,
        [environment],
        progress,
        deployments=None if stack.kind == "platform" else [stack.deployment] if stack.deployment else [],
        serving=False,
    ) as stage:
        if base is not None:
            _bring_up(stage, stack)
            stage.switch(to)
        session = stage.session(stack.environment)
        with progress.step(f"previewing {stack}"):
            return Expected(base, to, meaning_of(session.engine.preview(stack)))


def _bring_up(stage: Rehearsal, stack: StackName) -> None:
    """What the base declares for the stack, and what that stands on."""
    try:
        environment = load_environment(stage.repo, stack.environment)
    except ConfigError:
        return  # the base had no such environment, or one that this code can't read: everything is created
    for one in _foundations(stack, environment):
        lay_ground(stage.session(one.environment), one)
    session = stage.session(stack.environment)
    with session.progress.step(f"bringing up {stack}"):
        recovered_up(session.engine, session.azure, stack)


def _foundations(stack: StackName, environment: Environment) -> Sequence[StackName]:
    wanted = [] if stack.kind == "registry" else [registry_stack(environment.shares)]
    wanted += [platform_stack(environment)] if stack.kind == "deployment" else []
    return [one for one in wanted if one is not None]
