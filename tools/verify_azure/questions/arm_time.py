"""Question: does ARM tell the time?"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from .question import Answer, Ground, Moment, Question


def _ask(ground: Ground) -> Answer:
    said = ground.send("GET", "/tenants", "2022-12-01")
    text = said.headers.get("date", "")
    if not text:
        return Answer("the answer has no Date header: the runner's own clock counts", False)
    off = abs((parsedate_to_datetime(text).astimezone(UTC) - datetime.now(UTC)).total_seconds())
    return Answer(f"every answer has a Date header, {off:.0f} s from this machine's clock", True, {"seconds_off": off})


QUESTION = Question(
    id="arm-time",
    said="Answers of ARM carry the time in a Date header, by which leases, soaks and windows are judged",
    where="src/amlops/azure/clock.py; ADR 0011",
    how="GET /tenants",
    when=Moment.BOOTSTRAPPED,
    ask=_ask,
)
