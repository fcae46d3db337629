"""Question: how soon does the Activity Log know of a change, and does it say who?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from amlops.config.moments import stamp
from amlops.workflows.drift.activity import API, last_change

from .question import ML, Answer, Ground, Moment, Question

LATEST = timedelta(minutes=20)


def _change(ground: Ground) -> str:
    """The workspace's own tags, written once more; when."""
    before = ground.send("GET", ground.workspace, ML).body
    at = stamp(ground.azure.now())
    ground.send("PATCH", ground.workspace, ML, {"tags": dict(before.get("tags") or {})})
    return at


def _ask(ground: Ground) -> Answer:
    since = str(ground.kept["activity-log"])
    path = f"{ground.subscription}/providers/Microsoft.Insights/eventtypes/management/values"
    asked = f"eventTimestamp ge '{since}' and resourceUri eq '{ground.workspace}'"
    events: tuple[dict[str, Any], ...] = ()
    for _ in ground.until(LATEST):
        events = ground.azure.listed(path, API, **{"$filter": asked})
        if events:
            break
    if not events:
        return Answer(f"nothing within {LATEST.seconds // 60} minutes and more", False)
    who = last_change(ground.azure, ground.session.environment, ground.workspace).who
    submitted = sorted(str(event.get("submissionTimestamp") or "") for event in events)[0]
    found = {"changed": since, "submitted": submitted, "events": len(events), "who": bool(who)}
    told = f"changed at {since}, in the log at {submitted or 'an untold time'}; {'' if who else 'not '}by whom"
    return Answer(told, bool(who), found)


QUESTION = Question(
    id="activity-log",
    said="A change is in the Activity Log within 20 minutes, with the name of who made it",
    where="docs/azure.md 1 and 8; src/amlops/workflows/drift/activity.py",
    how="The workspace's tags are written once more when the platform is there; later the log is asked for it",
    when=Moment.SERVED,
    ask=_ask,
    first=(Moment.PLATFORM, _change),
)
