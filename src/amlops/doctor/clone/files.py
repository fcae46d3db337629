"""Check: every file of environments, deployments and policy can be read and is in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from amlops.config import ConfigError, Repository, load_about, load_environment
from amlops.policy import load_policy

from ..check import Check, Result
from ..situation import Clone


class Files(Check[Clone]):
    id = "files"

    def examine(self, where: Clone) -> Iterator[Result]:
        repo = where.repo
        problems: list[str] = []
        reads: list[tuple[Callable[[Repository, str], object], str]] = []
        reads += [(load_environment, name) for name in repo.environment_names()]
        reads += [(load_about, name) for name in repo.deployment_names()]
        for read, name in reads:
            try:
                read(repo, name)
            except ConfigError as error:
                problems += map(str, error.problems)
        try:
            load_policy(repo, date.min)
        except ConfigError as error:
            problems += map(str, error.problems)
        for problem in dict.fromkeys(problems):
            yield self.wrong(problem, "edit the line it names")
        if not problems:
            yield self.ok(f"{len(repo.environment_names())} environments, {len(repo.deployment_names())} deployments")
