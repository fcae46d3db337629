"""Traffic, mirror and capacity judged as their owners would: what rollout and autoscaling may do is no drift, what
neither of them ever does is. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from amlops.releases import Stage

PREFIX = "r-"
"""Opens the ARM name of the deployment that runs a release."""


@dataclass(frozen=True, slots=True)
class Live:
    """An endpoint in the cloud: percents and instances by the ARM deployment's name, without zeros."""

    traffic: Mapping[str, int] = field(default_factory=dict)
    mirror: Mapping[str, int] = field(default_factory=dict)
    instances: Mapping[str, int] = field(default_factory=dict)


def impossible(stage: Stage, live: Live, most_instances: int) -> tuple[str, ...]:
    """What can't be the doing of a rollout or of autoscaling, a sentence each. `most_instances` is the environment's
    limit for one deployment."""
    return (*_traffic(stage, live), *_mirror(stage, live), *_capacity(live, most_instances))


def strangers(stage: Stage, live: Live) -> tuple[str, ...]:
    """ARM deployments that run no release of the stage."""
    known = {f"{PREFIX}{id}" for id in stage.running}
    return tuple(sorted(name for name in live.instances if name not in known))


def _traffic(stage: Stage, live: Live) -> Iterator[str]:
    roles = _roles(stage)
    for name, share in sorted(live.traffic.items()):
        if name not in roles:
            yield f"{name} has {share} % of the traffic and no role in the stage"
    current = f"{PREFIX}{stage.current}" if stage.current else None
    if current is None:
        return
    if not live.traffic and live.instances:
        yield f"nothing has traffic, though {current} is current"
    elif stage.candidate is None and set(live.traffic) <= set(roles) and len(live.traffic) > 1:
        shares = ", ".join(f"{name} {share} %" for name, share in sorted(live.traffic.items()))
        yield f"the traffic is split ({shares}), though nothing is being rolled out"


def _mirror(stage: Stage, live: Live) -> Iterator[str]:
    for name, share in sorted(live.mirror.items()):
        if stage.candidate is None or name != f"{PREFIX}{stage.candidate}":
            yield f"{share} % of the traffic is mirrored to {name}, which is no candidate"


def _capacity(live: Live, most: int) -> Iterator[str]:
    for name, count in sorted(live.instances.items()):
        if count > most:
            yield f"{name} has {count} instances; limits.instances_per_deployment is {most}"
        elif count < 1:
            yield f"{name} has no instance"


def _roles(stage: Stage) -> dict[str, str]:
    pairs = (("current", stage.current), ("candidate", stage.candidate), ("previous", stage.previous))
    return {f"{PREFIX}{id}": role for role, id in pairs if id is not None}
