"""Check: every file of environments, deployments and policy can be read and is in order: what promotes, what breaks
glass and what permits, the stages, and the releases that they name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from amlops.config import (
    ConfigError,
    Problem,
    Repository,
    load_break_glass,
    load_environment,
    load_promotion,
)
from amlops.config.permissions_loader import load_permissions
from amlops.policy import load_policy
from amlops.promotion.in_order import about_problems, stage_problems, stages_in_git

from ..check import Check, Result
from ..situation import Clone


class Files(Check[Clone]):
    id = "files"

    def examine(self, where: Clone) -> Iterator[Result]:
        repo = where.repo
        problems = list(dict.fromkeys(map(str, _problems(repo))))
        for problem in problems:
            yield self.wrong(problem, "edit the line it names")
        if not problems:
            yield self.ok(f"{len(repo.environment_names())} environments, {len(repo.deployment_names())} deployments")


def _problems(repo: Repository) -> Iterator[Problem]:
    for name in repo.environment_names():
        yield from _refused(partial(load_environment, repo, name))
    order: tuple[str, ...] = ()
    try:
        order = load_promotion(repo).order
    except ConfigError as error:
        yield from error.problems
    for name in repo.deployment_names():
        yield from about_problems(repo, name, order)
        for environment in stages_in_git(repo, name):
            yield from stage_problems(repo, name, environment, order)
    yield from _refused(partial(load_break_glass, repo))
    yield from _refused(partial(load_permissions, repo))
    yield from _refused(partial(load_policy, repo, date.min))


def _refused(read: Callable[[], object]) -> Iterator[Problem]:
    try:
        read()
    except ConfigError as error:
        yield from error.problems
