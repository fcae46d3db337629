"""Question: how large may a request to an endpoint be?"""

from __future__ import annotations

import time

from amlops.rollout import primary_key, read_endpoint
from amlops.rollout.smoke import NotAnswered, ask

from ..environment import DEPLOYMENT
from .question import Answer, Ground, Moment, Question

SIZES = (1, 2, 4, 8, 16)
"""MiB that are tried, until one is refused; an endpoint takes 5 MBit a second at the least."""


def _ask(ground: Ground) -> Answer:
    place = ground.session.endpoint(DEPLOYMENT)
    live = read_endpoint(place)
    if live is None:
        raise LookupError("there is no endpoint")
    key, repo = primary_key(place), ground.session.repo
    sample = (repo.deployment(DEPLOYMENT) / "sample-request.json").read_bytes()
    taken: dict[str, float] = {}
    for size in SIZES:
        ground.meter.check()
        body, began = sample.ljust(size << 20), time.monotonic()  # blanks after JSON are JSON
        try:
            ask(live.scoring_uri, key, body, ca=ground.azure.ca)
        except NotAnswered as error:
            found = {"taken": taken, "refused": size, "status": error.status}
            return Answer(f"{size} MiB are refused: {error.status}; {_most(taken)}", None, found)
        taken[str(size)] = round(time.monotonic() - began, 1)
    return Answer(f"{_most(taken)}; more was not tried", None, {"taken": taken})


def _most(taken: dict[str, float]) -> str:
    if not taken:
        return "nothing was taken"
    size, seconds = list(taken.items())[-1]
    return f"{size} MiB are taken, in {seconds} s"


QUESTION = Question(
    id="payload-limit",
    said="No limit of a request's size is documented for managed online endpoints",
    where="docs/azure.md 2",
    how="The sample request with blanks behind it, of 1 MiB and twice as much each time",
    when=Moment.SERVED,
    ask=_ask,
)
