"""ISO 8601 durations, as ARM writes times: `PT5S`, `P1DT12H`."""

from __future__ import annotations

import re

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_UNITS = (86_400, 3600, 60, 1)


def seconds(duration: str) -> float | None:
    """The duration in seconds, None for a text that is none. Months and years, which ARM doesn't write, are none."""
    match = _DURATION.fullmatch(duration)
    if match is None or not any(match.groups()):
        return None
    return sum(float(part or 0) * unit for part, unit in zip(match.groups(), _UNITS, strict=True))
