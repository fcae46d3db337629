"""What a request for metrics asks for, read and checked.

Source: azure-mgmt-monitor `MetricsOperations.list` (2024-02-01) and Azure Monitor, "REST API walkthrough": `$filter`
joins dimensions by `and`, the values of one dimension by `or`; `*` is every value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from .. import durations
from ..arm.errors import bad_request
from .definitions import Metric

INTERVALS = {
    "PT1M": 60,
    "PT5M": 300,
    "PT15M": 900,
    "PT30M": 1800,
    "PT1H": 3600,
    "PT6H": 21600,
    "PT12H": 43200,
    "P1D": 86400,
}
_MOST = 10_000  # points of a series
_TOP = 10  # series where a filter is given; Azure's default
_CONDITION = re.compile(r"\s*([\w.]+)\s+(eq|ne|sw)\s+'((?:[^']|'')*)'\s*", re.IGNORECASE)
_WORD = re.compile(r"\s*(and|or)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Condition:
    dimension: str  # lower case
    operator: str  # eq, ne, sw (starts with)
    value: str

    def takes(self, actual: str) -> bool:
        low, wanted = actual.lower(), self.value.lower()
        if self.operator == "eq":
            return wanted in ("*", low)
        return low.startswith(wanted) if self.operator == "sw" else low != wanted


@dataclass(frozen=True, slots=True)
class Query:
    """Times in seconds since the epoch. `filter` is by dimension: one condition of each list must hold."""

    names: tuple[str, ...]  # () is every metric
    since: float
    until: float
    interval: str  # a key of INTERVALS
    filter: Mapping[str, tuple[Condition, ...]]
    rolled_up: frozenset[str]
    top: int
    ascending: bool
    with_data: bool

    @property
    def step(self) -> int:
        """Seconds."""
        return INTERVALS[self.interval]

    @property
    def timespan(self) -> str:
        return f"{moment(self.since)}/{moment(self.until)}"

    @property
    def split(self) -> tuple[str, ...]:
        """The dimensions, in lower case, by whose values the answer is divided into series."""
        return tuple(name for name in self.filter if name not in self.rolled_up)


def moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def read(query: Mapping[str, str], now: float) -> Query:
    """Raises ArmError 400 for what can't be understood."""
    given = {name.lower(): value for name, value in query.items()}
    interval = (given.get("interval") or "PT1M").upper()
    if interval not in INTERVALS:
        raise bad_request(
            "BadRequest", f"interval is '{interval}'; allowed values: {', '.join(INTERVALS)}.", target="interval"
        )
    step = INTERVALS[interval]
    since, until = _timespan(given.get("timespan"), now)
    if (until - since) / step > _MOST:
        raise bad_request(
            "BadRequest",
            f"The timespan has more than {_MOST} times {interval}; ask for less of it, or for a longer interval.",
            target="timespan",
        )
    for asked in (given.get("aggregation") or "average").split(","):
        if asked.strip().lower() != "average":
            raise bad_request(
                "BadRequest",
                f"The aggregation '{asked.strip()}' is not supported by these metrics; supported: Average.",
                target="aggregation",
            )
    conditions = _filter(given.get("$filter") or "")
    top = given.get("top") or ""
    return Query(
        names=tuple(name.strip() for name in (given.get("metricnames") or "").split(",") if name.strip()),
        since=since // step * step,
        until=until,
        interval=interval,
        filter=conditions,
        rolled_up=frozenset(name.strip().lower() for name in (given.get("rollupby") or "").split(",") if name.strip()),
        top=max(1, int(top)) if top.isdecimal() else _TOP,
        ascending=(given.get("orderby") or "").lower().endswith("asc"),
        with_data=(given.get("resulttype") or "Data").lower() == "data",
    )


def require_dimensions(query: Query, metric: Metric, *, strict: bool) -> None:
    """Raises ArmError 400 where the filter names a dimension that the metric doesn't have."""
    unknown = [name for name in query.filter if name not in {known.lower() for known in metric.dimensions}]
    if unknown and strict:
        has = ", ".join(metric.dimensions) or "none"
        raise bad_request(
            "BadRequest",
            f"Metric: {metric.name} does not support requested dimension combination: {', '.join(unknown)}, supported "
            f"ones are: {has}",
            target="$filter",
        )


def _timespan(text: str | None, now: float) -> tuple[float, float]:
    """`start/end`, or a duration until now; the last hour where nothing is asked for."""
    if not text:
        return now - 3600, now
    first, separator, second = text.partition("/")
    if not separator:
        back = durations.seconds(first.upper())
        if back is None:
            raise _no_timespan(text)
        return now - back, now
    try:
        start, end = (datetime.fromisoformat(part.strip().replace(" ", "+")) for part in (first, second))
    except ValueError as problem:
        raise _no_timespan(text) from problem
    since, until = (found.replace(tzinfo=found.tzinfo or UTC).timestamp() for found in (start, end))
    if until <= since:
        raise _no_timespan(text)
    return since, until


def _no_timespan(text: str) -> Exception:
    return bad_request(
        "BadRequest",
        f"timespan is '{text}'; it has the form START/END, times as in 2026-01-31T12:00:00Z, the first one earlier.",
        target="timespan",
    )


def _filter(text: str) -> dict[str, tuple[Condition, ...]]:
    found: dict[str, list[Condition]] = {}
    for group in _groups(text):
        names = {condition.dimension for condition in group}
        if len(names) > 1:
            raise _no_filter(text, f"'or' joins values of one dimension, not {' and '.join(sorted(names))}")
        found.setdefault(group[0].dimension, []).extend(group)
    return {name: tuple(conditions) for name, conditions in found.items()}


def _groups(text: str) -> list[list[Condition]]:
    """Conditions joined by `or`, of which all must hold; parentheses may stand around a group."""
    plain = re.sub(r"[()](?=(?:[^']*'[^']*')*[^']*$)", " ", text)
    groups: list[list[Condition]] = []
    joined_by, at = "and", 0
    while plain[at:].strip():
        matched = _CONDITION.match(plain, at)
        if matched is None:
            raise _no_filter(text, f"'{plain[at:].strip()}' is no condition")
        condition = Condition(matched[1].lower(), matched[2].lower(), matched[3].replace("''", "'"))
        if joined_by == "or":
            groups[-1].append(condition)
        else:
            groups.append([condition])
        at = matched.end()
        word = _WORD.match(plain, at)
        if word is None:
            if plain[at:].strip():
                raise _no_filter(text, f"'{plain[at:].strip()}' is neither 'and' nor 'or'")
            break
        joined_by, at = word[1].lower(), word.end()
    return groups


def _no_filter(text: str, why: str) -> Exception:
    return bad_request(
        "BadRequest",
        f"The filter \"{text}\" is not understood: {why}; write DIMENSION eq 'VALUE', values of one dimension joined "
        "by 'or', dimensions by 'and'.",
        target="$filter",
    )
