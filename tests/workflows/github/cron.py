"""Whether a cron line of `on.schedule` fell into a span of time (UTC). Source: POSIX crontab, as GitHub takes it."""

from __future__ import annotations

from datetime import datetime, timedelta

BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))


def fell(cron: str, after: datetime, until: datetime) -> bool:
    """Whether it was due after the one moment and not later than the other."""
    fields = [_values(part, *bounds) for part, bounds in zip(cron.split(), BOUNDS, strict=True)]
    minute = after.replace(second=0, microsecond=0) + timedelta(minutes=1)
    while minute <= until:
        if _due(fields, cron.split(), minute):
            return True
        minute += timedelta(minutes=1)
    return False


def _due(fields: list[set[int]], words: list[str], at: datetime) -> bool:
    minutes, hours, days, months, weekdays = fields
    if at.minute not in minutes or at.hour not in hours or at.month not in months:
        return False
    in_month, in_week = at.day in days, (at.weekday() + 1) % 7 in weekdays
    # where both are narrowed down, either will do
    return in_month or in_week if words[2] != "*" and words[4] != "*" else in_month and in_week


def _values(field: str, low: int, high: int) -> set[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        if span == "*":
            first, last = low, high
        else:
            begin, _, end = span.partition("-")
            first, last = int(begin), int(end or (high if step else begin))
        found |= set(range(first, last + 1, int(step or 1)))
    return found
