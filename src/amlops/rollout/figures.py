"""What was measured of one deployment, minute by minute. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Minute:
    """One whole minute, which begins `at`. `p95` in milliseconds, `own` as the model sends it; None: not measured."""

    at: datetime
    requests: float = 0
    errors: float = 0
    p95: float | None = None
    own: float | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Minutes in their order; those without any measurement are left out."""

    minutes: tuple[Minute, ...] = ()

    def within(self, since: datetime, until: datetime) -> Figures:
        """The minutes that begin at or after `since` and end at or before `until`."""
        return Figures(tuple(m for m in self.minutes if since <= m.at and m.at + MINUTE <= until))

    @property
    def requests(self) -> float:
        return sum(m.requests for m in self.minutes)

    @property
    def errors(self) -> float:
        return sum(m.errors for m in self.minutes)

    @property
    def error_rate(self) -> float:
        """0 where nobody asked."""
        return self.errors / self.requests if self.requests else 0.0

    @property
    def p95(self) -> float | None:
        """The mean of the minutes' 95th percentiles, weighted by requests."""
        return _mean((m.p95, m.requests) for m in self.minutes)

    @property
    def own(self) -> float | None:
        """The mean of the minutes' own metric, weighted by requests where there are any."""
        return _mean((m.own, m.requests or 1.0) for m in self.minutes)

    def and_of(self, other: Figures) -> Figures:
        """Of both together: requests and errors of equal minutes are added up."""
        found: dict[datetime, tuple[Minute, ...]] = {}
        for minute in (*self.minutes, *other.minutes):
            found[minute.at] = (*found.get(minute.at, ()), minute)
        return Figures(tuple(_one(at, found[at]) for at in sorted(found)))

    def last(self, of: Callable[[Minute], float | None]) -> float | None:
        """The latest measurement of one kind."""
        return next((value for m in reversed(self.minutes) if (value := of(m)) is not None), None)


def _one(at: datetime, minutes: tuple[Minute, ...]) -> Minute:
    if len(minutes) == 1:
        return minutes[0]
    both = Figures(minutes)
    return Minute(at, both.requests, both.errors, both.p95, both.own)


NOTHING = Figures()


def _mean(weighted: Iterable[tuple[float | None, float]]) -> float | None:
    found = [(value, weight) for value, weight in weighted if value is not None and weight > 0]
    total = sum(weight for _, weight in found)
    return sum(value * weight for value, weight in found) / total if total else None


def minute_after(moment: datetime) -> datetime:
    """The first whole minute at or after a moment."""
    floor = minute_of(moment)
    return floor if floor == moment else floor + MINUTE


def minute_of(moment: datetime) -> datetime:
    """The whole minute that a moment lies in."""
    return moment.replace(second=0, microsecond=0)
