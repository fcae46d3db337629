"""Spans and hours as people write them: ISO 8601 durations, clock times of a day, dates, moments in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

DURATION = r"^P(?=.)(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?)?$"
_PARTS = re.compile(r"^P(?=.)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?)?$")


def duration(text: Any) -> Any:
    """`P1DT12H` as a timedelta. Weeks, days, hours and minutes; months and years have no length."""
    if not isinstance(text, str):
        return text
    found = _PARTS.match(text)
    if found is None:
        raise ValueError("write an ISO 8601 duration such as PT30M, PT4H, P1D or P1W")
    weeks, days, hours, minutes = (int(part or 0) for part in found.groups())
    return timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)


def shown(span: timedelta) -> str:
    """A span as people say it: `1 d 4 h`, `30 min`; seconds are left out, less than a minute is `0 min`."""
    minutes = int(span.total_seconds()) // 60
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 min"


def _date(value: Any) -> Any:
    if isinstance(value, datetime) or not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("write a date such as 2026-12-24") from None


def moment(value: Any) -> Any:
    """`2026-12-24T10:00:00Z` as an aware datetime in UTC."""
    if not isinstance(value, str):
        return value
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("write a moment in UTC such as 2026-12-24T10:00:00Z, in quotes") from None
    if found.tzinfo is None:
        raise ValueError("it has no time zone; end it with Z, in quotes")
    return found.astimezone(UTC)


def stamp(at: datetime) -> str:
    """A moment as files have it: ISO 8601, UTC, seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


Duration = Annotated[
    timedelta,
    BeforeValidator(duration),
    WithJsonSchema({"type": "string", "pattern": DURATION}),
]
"""An ISO 8601 duration of weeks, days, hours and minutes."""

ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]
"""A time of day, in quotes."""

Date = Annotated[date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
"""A day of the calendar."""

Moment = Annotated[
    datetime,
    BeforeValidator(moment),
    PlainSerializer(stamp, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$"}),
]
"""A moment in UTC, in quotes."""
