"""Question: what does the average of RequestsPerMinute count?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from amlops.azure import AzureRefused

from .measured import requests_by_minute
from .question import Answer, Ground, Moment, Question

LATEST, MINUTES = timedelta(minutes=25), 5
NEAR = 0.1
"""Share by which the numbers may differ."""
EDGE = 2
"""Requests that may lie on the other side of either end: ours and Azure's minutes don't begin at the same request."""


def _ask(ground: Ground) -> Answer:
    assert ground.users is not None
    shared: list[datetime] = []
    measured: dict[datetime, float] = {}
    for _ in ground.until(LATEST):
        measured = requests_by_minute(ground, "average")
        shared = [at for at in ground.users.whole_minutes() if at in measured]
        if len(shared) > MINUTES:
            break
    if len(shared) <= MINUTES:
        return Answer(f"fewer than {MINUTES} minutes could be compared", None)
    whole = shared[:-1]  # the last one may not be complete
    rows = [
        {"minute": f"{at:%H:%M}", "asked": ground.users.in_minute(at), "average": round(measured[at], 2)}
        for at in whole
    ]
    ours = sum(ground.users.in_minute(at) for at in whole)
    average = sum(measured[at] for at in whole)
    ratio = average / ours
    found: dict[str, Any] = {"ratio": round(ratio, 3), "minutes": rows, "others": _others(ground)}
    told = f"over {len(whole)} minutes the average is {ratio:.2f} times the number of requests that were answered"
    return Answer(told, near(ours, average, _ends(whole)), found)


def near(asked: int, average: float, ends: int) -> bool:
    """Whether both count the same requests, over minutes that begin or end so often beside one that isn't compared."""
    return abs(average - asked) <= NEAR * asked + EDGE * ends


def _ends(minutes: Sequence[datetime]) -> int:
    gaps = sum(later - at > timedelta(minutes=1) for at, later in pairwise(minutes))
    return 2 * (gaps + 1)


def _others(ground: Ground) -> dict[str, Any]:
    """What total and count give, which the page doesn't list."""
    found: dict[str, Any] = {}
    for name in ("total", "count"):
        try:
            found[name] = len(requests_by_minute(ground, name))
        except AzureRefused as error:
            found[name] = f"{error.status} {error.code}"
    return found


QUESTION = Question(
    id="requests-per-minute",
    said="The average of RequestsPerMinute over a minute is that minute's number of requests",
    where="docs/azure.md 1; src/amlops/rollout/metrics.py",
    how="Requests are counted at the client, minute by minute, beside the metric",
    when=Moment.USED,
    ask=_ask,
)
