"""A deployment with its stages, as promotion sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from amlops.config import About, Problem
from amlops.releases import Stage


@dataclass(frozen=True, slots=True)
class Line:
    """`stages` has every environment that has a file; one without runs nothing."""

    deployment: str
    about: About
    stages: Mapping[str, Stage]

    def stage(self, environment: str) -> Stage:
        return self.stages.get(environment) or Stage()


@dataclass(frozen=True, slots=True)
class Broken:
    """A deployment whose files can't be read; the others are promoted all the same."""

    deployment: str
    problems: tuple[Problem, ...]
