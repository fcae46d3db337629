"""A rollout's steps with what was measured in each, for the log, the summary and the evidence. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amlops.config.moments import stamp

from .figures import MINUTE, NOTHING, Figures, minute_of
from .record import Record, Word
from .step import Step


@dataclass(frozen=True, slots=True)
class Phase:
    """One step from begin to end; `step` None: everything was back at the old deployment."""

    step: Step | None
    since: datetime
    until: datetime
    ours: Figures = NOTHING
    theirs: Figures = NOTHING

    def __str__(self) -> str:
        return str(self.step) if self.step else "back"


@dataclass(frozen=True, slots=True)
class History:
    """`release` beside `old`, in an environment. `began` is when its rollout did."""

    deployment: str
    environment: str
    endpoint: str
    release: str
    old: str | None
    verdict: Word
    reason: str
    began: datetime
    ended: datetime
    phases: tuple[Phase, ...] = ()
    ours: Figures = NOTHING
    theirs: Figures = NOTHING

    @property
    def sentence(self) -> str:
        """How it ended, for people."""
        if self.verdict == "rejected":
            return f"healthy on {self.old}; {self.release} rejected because {self.reason}"
        before = f"; {self.old} is kept as previous" if self.old else ""
        return f"healthy on {self.release}{before}"

    def as_dict(self) -> dict[str, Any]:
        """As evidence. Times are ISO 8601 (UTC), shares percent, latencies milliseconds; null: not measured."""
        return {
            "deployment": self.deployment,
            "environment": self.environment,
            "endpoint": self.endpoint,
            "release": self.release,
            "old": self.old,
            "verdict": self.verdict,
            "reason": self.reason,
            "sentence": self.sentence,
            "began": stamp(self.began),
            "ended": stamp(self.ended),
            "steps": [_phase(phase) for phase in self.phases],
            "measured": {"candidate": _sums(self.ours), "old": _sums(self.theirs)},
            "minutes": list(self._minutes()),
        }

    def _minutes(self) -> Iterator[dict[str, Any]]:
        ours, theirs = ({m.at: m for m in figures.minutes} for figures in (self.ours, self.theirs))
        for at in sorted({*ours, *theirs}):
            row: dict[str, Any] = {"at": stamp(at)}
            for name, found in (("candidate", ours.get(at)), ("old", theirs.get(at))):
                if found is not None:
                    p95 = None if found.p95 is None else round(found.p95, 1)
                    row[name] = {"requests": round(found.requests), "errors": round(found.errors), "p95_ms": p95}
                    if found.own is not None:
                        row[name]["own"] = found.own
            yield row


def phases_of(record: Record | None, ended: datetime, ours: Figures, theirs: Figures) -> tuple[Phase, ...]:
    """The record's steps, each with the minutes that lie wholly in it."""
    entries = record.entries if record else ()
    found = []
    for entry, following in zip(entries, [*(e.at for e in entries[1:]), ended], strict=True):
        # the minute in which a step began counts for that step, so that no request is left out
        since, until = minute_of(entry.at), minute_of(following)
        if following == ended:
            until += MINUTE
        found.append(
            Phase(entry.step, entry.at, following, ours.within(since, until), theirs.within(since, until)),
        )
    return tuple(found)


def _phase(phase: Phase) -> dict[str, Any]:
    return {
        "step": str(phase),
        "live": phase.step.live if phase.step else 0,
        "mirror": phase.step.mirror if phase.step else 0,
        "since": stamp(phase.since),
        "until": stamp(phase.until),
        "candidate": _sums(phase.ours),
        "old": _sums(phase.theirs),
    }


def _sums(figures: Figures) -> dict[str, Any]:
    p95 = figures.p95
    return {
        "requests": round(figures.requests),
        "errors": round(figures.errors),
        "error_rate": round(figures.error_rate, 6),
        "p95_ms": None if p95 is None else round(p95, 1),
    }
