"""What follows an apply: the next wave, without what failed, and the rollouts that may begin."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from amlops.git import Git
from amlops.stacks import StackName
from amlops.stacks.applied import behind
from amlops.stacks.declared import Declared
from amlops.stacks.waves import Waves, waves

from ..promotion.stage_commits import main_of
from ..rollout import Watch
from ..rollout.watch import Watched


@dataclass(frozen=True, slots=True)
class HandedOn:
    """`failed` are stacks that this run tried and that still are behind; `next` is the wave that was started."""

    failed: tuple[str, ...]
    next: tuple[str, ...]
    held: dict[str, str]
    rollouts: tuple[Watched, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "failed": list(self.failed),
            "next": list(self.next),
            "held": self.held,
            "rollouts": [item.as_dict() for item in self.rollouts],
        }


def hand_on(
    git: Git,
    declared: Declared,
    watch: Watch,
    start: Callable[[Sequence[str]], None],
    *,
    tried: Collection[str],
    without: Collection[str],
) -> HandedOn:
    """`start` begins another apply that leaves these stacks out; `tried` were applied by this run, or failed to be.

    What failed at this commit is left out as long as main stands there: a later commit may have mended it. Raises
    GitFailed, ConfigError and GitHubRefused.
    """
    head = git.head()
    found = behind(git, declared, head)
    known = {stack.text for stack in found.stacks}
    failed = tuple(sorted(known & set(tried)))
    left_out = sorted({*failed, *(stack for stack in without if stack in known)})
    order = waves(found, declared, without=left_out)
    following = _first(order)
    moved = main_of(git) != head
    if following or (moved and known):
        start(() if moved else left_out)
    return HandedOn(
        failed,
        tuple(stack.text for stack in following),
        {stack.text: by for stack, by in order.held.items()},
        watch.look(),
    )


def _first(order: Waves) -> tuple[StackName, ...]:
    return order.waves[0] if order.waves else ()
