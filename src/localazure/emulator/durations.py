"""ISO 8601 durations of days and less, in seconds. Source: ISO 8601-1, 5.5.2."""

from __future__ import annotations

import re

from .arm.errors import bad_request

_FORM = re.compile(
    r"P(?:(?P<d>\d+(?:\.\d+)?)D)?(?:T(?:(?P<h>\d+(?:\.\d+)?)H)?(?:(?P<m>\d+(?:\.\d+)?)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}


def seconds(text: str) -> float | None:
    """`PT1M30S` → 90.0; None for what is no duration, also for years and months, which have no fixed length."""
    found = _FORM.fullmatch(text)
    if found is None or not any(found.groupdict().values()):
        return None
    return sum(float(value) * _UNITS[unit] for unit, value in found.groupdict().items() if value)


def required_seconds(text: str, target: str) -> float:
    """As `seconds`. Raises ArmError 400 naming `target`."""
    found = seconds(text)
    if found is None:
        raise bad_request("BadArgument", f"'{text}' is no duration; write it as 'PT5S' or 'PT0.5S'.", target=target)
    return found
