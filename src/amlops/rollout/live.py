"""From what ARM answered to a situation. Pure."""

from __future__ import annotations

from datetime import datetime

from amlops.config import Rollout
from amlops.releases import Stage

from .endpoint import EndpointState
from .record import Marks, Record
from .situation import Deployed, Situation, Smoke, arm_name
from .step import Split


def situation_of(
    live: EndpointState | None,
    stage: Stage,
    settings: Rollout,
    now: datetime,
    *,
    smoke: Smoke | None = None,
    proven: bool = True,
) -> Situation:
    """Without figures. `live` None: there is no endpoint yet."""
    by_name = {item.name: item for item in live.deployments} if live else {}
    deployed = {
        id: Deployed(id, item.name, item.state, Marks.parse(item.tags))
        for id in (*stage.running, *stage.rejected)
        if (item := by_name.get(arm_name(id))) is not None
    }
    return Situation(
        settings=settings,
        now=now,
        stage=stage,
        deployed=deployed,
        split=Split(live.traffic, live.mirror_traffic) if live else Split({}, {}),
        record=Record.parse(live.tags) if live else None,
        smoke=smoke,
        proven=proven,
    )
