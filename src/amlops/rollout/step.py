"""The steps by which a candidate takes over: a mirror first where one is asked for, then rising shares. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from amlops.config import Rollout

_CODE = re.compile(r"^(mirror)?(\d{1,3})$")


@dataclass(frozen=True, slots=True)
class Step:
    """Percent of the live traffic, or of a copy of it that nobody waits for, that the candidate gets.

    Azure never gives one deployment both (docs/azure.md 2, how-to-safely-rollout-online-endpoints).
    """

    live: int = 0
    mirror: int = 0

    def __str__(self) -> str:
        return f"a mirror of {self.mirror} %" if self.mirror else f"{self.live} %"

    @property
    def code(self) -> str:
        """As the record writes it: `mirror10`, `50`."""
        return f"mirror{self.mirror}" if self.mirror else str(self.live)

    @classmethod
    def parse(cls, code: str) -> Step | None:
        found = _CODE.match(code)
        if found is None or not 0 <= int(found[2]) <= 100:
            return None
        return cls(mirror=int(found[2])) if found[1] else cls(live=int(found[2]))

    def split(self, old: str, new: str) -> Split:
        """The endpoint's traffic in this step, by the names of the ARM deployments."""
        traffic = {old: 100 - self.live, new: self.live}
        mirror = {new: self.mirror} if self.mirror else {}
        return Split({name: share for name, share in traffic.items() if share}, mirror)


@dataclass(frozen=True, slots=True)
class Split:
    """An endpoint's traffic and mirror, percents by the ARM deployment's name, without zeros."""

    traffic: Mapping[str, int]
    mirror: Mapping[str, int]

    def reaches(self, deployment: str) -> bool:
        return deployment in self.traffic or deployment in self.mirror

    def all_to(self, deployment: str) -> bool:
        return dict(self.traffic) == {deployment: 100} and not self.mirror


def steps_of(settings: Rollout) -> tuple[Step, ...]:
    """All steps in their order."""
    live = tuple(Step(live=percent) for percent in settings.steps)
    return (Step(mirror=settings.mirror), *live) if settings.mirror else live


def step_after(settings: Rollout, step: Step | None) -> Step | None:
    """The next one; None after the last. Also where the settings changed on the way: the next that gives more."""
    steps = steps_of(settings)
    if step is None:
        return steps[0]
    return next((found for found in steps if not found.mirror and found.live > step.live), None)


def step_like(settings: Rollout, split: Split, new: str) -> Step:
    """The step that live traffic looks like, where nothing recorded it: the largest that gives no more; else what is
    live, as a step of its own."""
    if new in split.traffic:
        share = split.traffic[new]
        return next((s for s in reversed(steps_of(settings)) if not s.mirror and s.live <= share), Step(live=share))
    return Step(mirror=split.mirror.get(new, settings.mirror))
