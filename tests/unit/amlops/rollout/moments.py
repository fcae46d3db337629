"""A day on which every rollout of these tests happens, and minutes measured on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from amlops.rollout.figures import Figures, Minute

DAY = datetime(2026, 12, 1, tzinfo=UTC)


def at(clock: str) -> datetime:
    """`10:05` or `10:05:30` of the day."""
    hours, minutes, *seconds = (int(part) for part in clock.split(":"))
    return DAY + timedelta(hours=hours, minutes=minutes, seconds=seconds[0] if seconds else 0)


def minutes(
    first: str,
    count: int,
    requests: float = 60,
    errors: float = 0,
    p95: float | None = 20,
    own: float | None = None,
) -> Figures:
    """So many minutes in a row, each the same."""
    start = at(first)
    return Figures(
        tuple(
            Minute(start + timedelta(minutes=n), requests, errors, p95 if requests else None, own) for n in range(count)
        )
    )
