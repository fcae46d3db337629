"""What follows an apply: the next wave, without what failed, and the rollouts that may begin."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from amlops.applied import applied_commits
from amlops.git import Git
from amlops.github import Asking
from amlops.stacks import StackName
from amlops.stacks.behind import behind
from amlops.stacks.declared import Declared
from amlops.stacks.waves import Waves, waves

from ..main_branch import main_of
from ..rollout import Watch
from ..rollout.watch import Watched
from .asked import asked


@dataclass(frozen=True, slots=True)
class HandedOn:
    """`failed` and `again` are stacks that this run tried and that still are behind; those of `again` another run has
    applied meanwhile, so what git explains is worked out anew. `next` is the wave that was started; `asked` are stacks
    whose reviewer is asked by another run."""

    failed: tuple[str, ...]
    again: tuple[str, ...]
    next: tuple[str, ...]
    asked: tuple[str, ...]
    held: dict[str, str]
    rollouts: tuple[Watched, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "failed": list(self.failed),
            "again": list(self.again),
            "next": list(self.next),
            "asked": list(self.asked),
            "held": self.held,
            "rollouts": [item.as_dict() for item in self.rollouts],
        }


def hand_on(
    git: Git,
    declared: Declared,
    watch: Watch,
    start: Callable[[Sequence[str]], None],
    *,
    tried: Mapping[str, str | None],
    without: Collection[str],
    asking: Sequence[Asking] = (),
) -> HandedOn:
    """`start` begins another apply that leaves these stacks out. `tried` were applied by this run, or failed to be,
    each with the commit that it had been applied from when the run began.

    What failed at this commit is left out as long as main stands there: a later commit may have mended it. Where main
    moved, another run follows even if this one left nothing behind: the job that a newer run had waiting may have given
    way to this one's. Raises GitFailed, ConfigError and GitHubRefused.
    """
    head = git.head()
    at = applied_commits(git)
    found = behind(git, declared, head, at)
    known = {stack.text for stack in found.stacks}
    again = tuple(sorted(stack for stack in known & set(tried) if at.get(stack) != tried[stack]))
    failed = tuple(sorted((known & set(tried)) - set(again)))
    left_out = sorted({*failed, *(stack for stack in without if stack in known)})
    waiting = asked(git, declared.repo, declared, found.stacks, head, asking)
    order = waves(found, declared, without=left_out, asked=waiting)
    following = _first(order)
    moved = main_of(git) != head
    if following or moved:
        start(() if moved else left_out)
    return HandedOn(
        failed,
        again,
        tuple(stack.text for stack in following),
        waiting,
        {stack.text: by for stack, by in order.held.items()},
        watch.look(),
    )


def _first(order: Waves) -> tuple[StackName, ...]:
    return order.waves[0] if order.waves else ()
