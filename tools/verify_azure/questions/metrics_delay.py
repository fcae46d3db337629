"""Question: how late are metrics?"""

from __future__ import annotations

from datetime import timedelta

from amlops.config.rollout import Rollout

from .measured import requests_by_minute
from .question import Answer, Ground, Moment, Question

LATEST = timedelta(minutes=20)


def _ask(ground: Ground) -> Answer:
    """Of the first minute through which users asked: when it is complete, seen every few seconds."""
    limit = timedelta(minutes=Rollout().metrics_late)
    for _ in ground.until(LATEST):
        assert ground.users is not None
        minutes = ground.users.whole_minutes()
        if not minutes:
            continue
        first, known = minutes[0], requests_by_minute(ground, "average")
        if first in known:
            late = ground.azure.now() - first - timedelta(minutes=1)
            seconds = late.total_seconds()
            told = f"a minute's requests are there {seconds:.0f} s after its end"
            return Answer(told, late <= limit, {"seconds_late": seconds})
    return Answer(f"none within {LATEST.seconds // 60} minutes", False)


QUESTION = Question(
    id="metrics-delay",
    said="A minute's metrics are complete five minutes after it (rollout.metrics_late)",
    where="docs/azure.md 1; src/amlops/config/rollout.py",
    how="RequestsPerMinute of the endpoint is looked at until it has the first minute through which users asked",
    when=Moment.USED,
    ask=_ask,
)
