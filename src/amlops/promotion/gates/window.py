"""Gate: the environment's window is open, and no freeze stands.

Days and hours are those of its time zone, so a window has the same hours on both sides of a change of summer time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from amlops.config import Promoted
from amlops.config.promotion import Freeze
from amlops.config.promotion import Window as Hours

from ..situation import Situation
from ..verdict import Verdict
from .base import Gate

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AHEAD = 400
"""Days that are looked ahead for the next opening."""


class Window(Gate):
    kind = "window"

    def asked(self, now: Situation) -> bool:
        return bool(now.promoted.windows or now.promoted.freezes)

    def decide(self, now: Situation) -> Verdict:
        place, promoted = now.step.environment, now.promoted
        local = now.now.astimezone(ZoneInfo(promoted.time_zone))
        frozen = _freeze(promoted.freezes, local)
        if frozen is None and _is_open(promoted.windows, local):
            return self.passed(f"it is {_text(local)}, and {place} is open")
        opening = next_opening(promoted, local)
        after = f"opens on {_text(opening)}" if opening else "does not open within a year"
        if frozen is not None:
            why = f"{place} is frozen until {frozen.last} ({frozen.reason})"
        else:
            why = f"it is {_text(local)}, outside of the windows of {place}"
        return self.waits(f"{why}; it {after}", until=opening)


def next_opening(promoted: Promoted, local: datetime) -> datetime | None:
    """The next moment, in the same time zone, at which a release may enter; None if that is too far away."""
    for ahead in range(AHEAD):
        day = (local + timedelta(days=ahead)).date()
        opens = [_hours(window)[0] for window in promoted.windows if DAYS[day.weekday()] in window.days]
        for at in sorted(opens if promoted.windows else [time(0, 0)]):
            moment = datetime.combine(day, at, local.tzinfo)
            if moment > local and _freeze(promoted.freezes, moment) is None:
                return moment
    return None


def _is_open(windows: Iterable[Hours], local: datetime) -> bool:
    windows = tuple(windows)
    if not windows:
        return True
    today = [_hours(window) for window in windows if DAYS[local.weekday()] in window.days]
    return any(opens <= local.time() and (closes is None or local.time() < closes) for opens, closes in today)


def _hours(window: Hours) -> tuple[time, time | None]:
    """The end of the day, 24:00, is None."""
    return time.fromisoformat(window.opens), None if window.closes == "24:00" else time.fromisoformat(window.closes)


def _freeze(freezes: Iterable[Freeze], local: datetime) -> Freeze | None:
    return next((freeze for freeze in freezes if freeze.first <= local.date() <= freeze.last), None)


def _text(local: datetime) -> str:
    return local.strftime("%a %Y-%m-%d %H:%M %Z")
