"""All that a decision needs, as one value: what git wants, what ARM has, what was measured. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from amlops.config import Rollout
from amlops.releases import Stage

from .figures import NOTHING, Figures, minute_after, minute_of
from .judge import Evidence
from .record import Marks, Record
from .step import Split, Step

BUSY = ("Creating", "Updating", "Deleting")
"""States that pass by themselves; Scaling leaves a deployment as it serves."""
BEFORE = timedelta(minutes=60)
"""How far before the rollout the old deployment's figures are looked at."""


def arm_name(release: str) -> str:
    """The ARM deployment that runs a release, as `Release.deployment_name`."""
    return f"r-{release}"


@dataclass(frozen=True, slots=True)
class Deployed:
    """The ARM deployment of a release."""

    release: str
    name: str
    state: str
    marks: Marks

    @property
    def busy(self) -> bool:
        return self.state in BUSY

    @property
    def serves(self) -> bool:
        return self.state in ("Succeeded", "Scaling")


@dataclass(frozen=True, slots=True)
class Smoke:
    """How the smoke test of a release ended; `reason` says why it failed."""

    release: str
    passed: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """The complete minutes of a step: since its begin, until where metrics are no longer late."""

    since: datetime
    until: datetime

    @property
    def minutes(self) -> int:
        return max(0, int((self.until - self.since).total_seconds() // 60))


@dataclass(frozen=True, slots=True)
class Situation:
    """`deployed` by release. `ours` and `theirs` hold what was measured of candidate and old deployment, if asked for.

    `proven` says whether there is evidence that the current release is healthy here.
    """

    settings: Rollout
    now: datetime
    stage: Stage
    deployed: Mapping[str, Deployed]
    split: Split
    record: Record | None = None
    smoke: Smoke | None = None
    ours: Figures = NOTHING
    theirs: Figures = NOTHING
    proven: bool = True

    @property
    def old(self) -> Deployed | None:
        return self.deployed.get(self.stage.current or "")

    @property
    def new(self) -> Deployed | None:
        return self.deployed.get(self.stage.candidate or "")

    @property
    def bound(self) -> Record | None:
        """The record, where it is of the rollout that goes on now; it may be left over from an earlier one."""
        if self.record is None or self.new is None:
            return None
        ours = (self.record.candidate, self.record.began) == (self.new.name, self.new.marks.began)
        return self.record if ours else None

    @property
    def step(self) -> Step | None:
        """The step that the rollout is in."""
        return self.bound.last.step if self.bound else None

    @property
    def window(self) -> Window | None:
        """What can be judged now."""
        if self.bound is None or self.step is None:
            return None
        until = minute_of(self.now - timedelta(minutes=self.settings.metrics_late))
        return Window(minute_after(self.bound.last.at), until)

    @property
    def measures(self) -> bool:
        """Whether figures decide the step at all: a person who ends it and a deployment that failed wait for none, also
        where no monitor answers."""
        new = self.new
        if new is None or (new.marks.wish is not None and new.marks.wish.kind == "abort"):
            return False
        if not (new.serves or new.busy):
            return False
        return bool(self.settings.minimum_requests or self.settings.bake or self.settings.metric)

    @property
    def evidence(self) -> Evidence:
        window = self.window
        if window is None or self.bound is None or window.minutes == 0:
            return Evidence(0)
        before = self.theirs.within(self.bound.began - BEFORE, window.until)
        return Evidence(
            window.minutes,
            self.ours.within(window.since, window.until),
            self.theirs.within(window.since, window.until),
            before,
        )
