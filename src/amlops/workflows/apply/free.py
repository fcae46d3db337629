"""What an apply does first at an endpoint: what git gave up loses its traffic, for Azure deletes no deployment that has
any; and what failed before it ever served goes, for only a new create mends it.
"""

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


def remove_failed(place: Place, stage: Stage, patience: Patience = PATIENCE) -> tuple[str, ...]:
    """Deletes the stage's ARM deployments that failed and get no request, so that they are made anew. One with traffic
    may serve what it served before: its smoke test decides.

    Gives their names; () where nothing was to do. Needs the stack's lease. Raises AmlopsError.
    """
    live = read_endpoint(place)
    if live is None:
        return ()
    named, asked = {arm_name(release) for release in stage.running}, {*live.traffic, *live.mirror_traffic}
    failed = [one.name for one in live.deployments if one.name in named - asked and one.state in ("Failed", "Canceled")]
    for name in failed:
        _delete(place, name, patience)
    return tuple(failed)


def gone(place: Place, stage: Stage) -> tuple[str, ...]:
    """The stage's ARM deployments that an endpoint lacks, which is there itself: an apply makes them, whoever deleted
    them, for they hold nothing that would be lost by that. Raises AmlopsError."""
    live = read_endpoint(place)
    if live is None:
        return ()
    there = {one.name for one in live.deployments}
    return tuple(sorted({arm_name(release) for release in stage.running} - there))


def _delete(place: Place, name: str, patience: Patience) -> None:
    def attempt() -> None:
        patience.result(
            place.client.online_deployments.begin_delete(*place.where, name, polling_interval=patience.pause)
        )

    patience.write(f"{name} of {place.endpoint} failed and could not be deleted", attempt)
