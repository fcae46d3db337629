"""Where a rollout stands, in a few words, by ARM's tags alone. Pure."""

from __future__ import annotations

from amlops.config.moments import stamp
from amlops.releases import Stage

from .endpoint import EndpointState
from .record import Marks, Record
from .situation import arm_name


def standing(live: EndpointState | None, stage: Stage) -> str | None:
    """The candidate's step, since when, and what a person wishes; None where nothing is rolled out."""
    if live is None or stage.candidate is None:
        return None
    found = next((item for item in live.deployments if item.name == arm_name(stage.candidate)), None)
    if found is None:
        return f"{stage.candidate} waits for an apply"
    marks, record = Marks.parse(found.tags), Record.parse(live.tags)
    if marks.verdict is not None and marks.settled is None:
        return f"{stage.candidate} is {marks.verdict}, which git does not have yet: {marks.reason}"
    wish = "" if marks.wish is None or marks.wish.kind == "go-on" else f", {marks.wish}"
    ours = record is not None and (record.candidate, record.began, None) == (found.name, marks.began, marks.settled)
    if not ours or record is None:
        return f"{stage.candidate} waits for its first step{wish}"
    if record.last.step is None:
        return f"{stage.candidate} went back: {record.reason}"
    return f"{stage.candidate} at {record.last.step} since {stamp(record.last.at)}{wish}"
