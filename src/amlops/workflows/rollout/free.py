"""What an apply does first: Azure deletes no deployment that has live traffic, so what git gave up loses it."""

from __future__ import annotations

from amlops.errors import AmlopsError
from amlops.releases import Stage
from amlops.rollout.endpoint import Place, read_endpoint
from amlops.rollout.patience import PATIENCE, Patience
from amlops.rollout.record import RECORD, WHY
from amlops.rollout.situation import arm_name
from amlops.rollout.step import Split
from amlops.rollout.traffic import move


def free_traffic(place: Place, stage: Stage, patience: Patience = PATIENCE) -> tuple[str, ...]:
    """Gives all traffic to the current release where some goes to an ARM deployment that the stage does not name.

    Gives the names that lost it; () where nothing was to do. Needs the stack's lease. Raises AmlopsError, also where
    the current release is not there to take it.
    """
    live = read_endpoint(place)
    if live is None or stage.current is None:
        return ()
    kept, current = {arm_name(release) for release in stage.running}, arm_name(stage.current)
    strangers = tuple(sorted({*live.traffic, *live.mirror_traffic} - kept))
    if not strangers:
        return ()
    serves = {item.name for item in live.deployments if item.state in ("Succeeded", "Scaling")}
    if current not in serves:
        raise AmlopsError(
            f"{', '.join(strangers)} of {place.endpoint} has traffic and is in no stage, and {current} is not there to "
            f"take it; name the release that runs as current, or give the traffic to another one first"
        )
    move(place, Split({current: 100}, {}), {RECORD: "", WHY: ""}, patience)
    return strangers
