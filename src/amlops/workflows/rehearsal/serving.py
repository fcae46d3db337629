"""A deployment that serves in a rehearsal: reached as its callers do, and asked under traffic."""

from __future__ import annotations

import math

from amlops.config import load_about
from amlops.errors import AmlopsError
from amlops.releases import Release
from amlops.report import Traffic
from amlops.rollout import give_all_traffic, read_endpoint
from amlops.rollout.keys import bearer
from amlops.rollout.step import Split, Step, steps_of
from amlops.rollout.traffic import move

from ..session import Session
from .traffic import Client, Target

ENOUGH = 10
"""Answers that a release must have given well before the next step of its rollout."""

PATIENCE = 30.0
"""Seconds in which it must have."""


def serve(session: Session, deployment: str, release: Release) -> Target:
    """Gives the release all traffic where there is none, and says how to ask it. Raises AmlopsError."""
    place = session.endpoint(deployment)
    give_all_traffic(place, release.deployment_name, take=True)
    live = read_endpoint(place)
    if live is None:
        raise AmlopsError(f"the endpoint {place.endpoint} is not there")
    about = load_about(session.repo, deployment)
    body = (session.repo.deployment(deployment) / about.sample_request).read_bytes()
    token = bearer(place, live.auth_mode, session.azure.credential)
    return Target(live.scoring_uri, token, body, session.azure.ca, _at_once(release))


def shift(session: Session, deployment: str, new: Release, client: Client) -> str:
    """Moves the traffic to a release by the steps of its rollout; goes back where it answers badly, and says so.

    A rollout waits for minutes of metrics; here each step lasts until enough answers were counted.
    """
    place, about = session.endpoint(deployment), load_about(session.repo, deployment)
    live = read_endpoint(place)
    before = {name: share for name, share in (live.traffic if live else {}).items() if name != new.deployment_name}
    old = max(before, key=lambda name: before[name], default="")
    for step in steps_of(about.rollout.of(session.environment.name)) if old else (Step(100),):
        phase = f"{new.deployment_name} gets {step}"
        client.phase(phase)
        move(place, step.split(old, new.deployment_name), {})
        if step.mirror:
            client.wait(lambda traffic: traffic.sent >= ENOUGH, PATIENCE)
            continue
        seen = client.wait(lambda traffic: sum(_of(traffic, new)) >= ENOUGH, PATIENCE * _rare(step.live))
        well, failed = _of(client.of(phase), new)
        if failed:
            if old:
                client.phase(f"back to {old}")
                move(place, Split({old: 100}, {}), {})
            return f"at {step} release {new.id} failed {failed} of {well + failed} requests; a rollout would go back"
        if not seen:
            return f"at {step} release {new.id} answered {well} requests only; too few to say anything"
    return ""


def _rare(percent: int) -> float:
    """How much longer a small share takes to see as many requests."""
    return max(1.0, math.sqrt(50 / percent))


def _of(traffic: Traffic, release: Release) -> tuple[int, int]:
    return traffic.by.get(release.deployment_name, (0, 0))


def _at_once(release: Release) -> int:
    """Requests that the deployment takes at once before Azure answers 429: twice what it handles."""
    body = release.deployment_body
    requests = body["properties"].get("requestSettings") or {}
    concurrency = int(requests.get("maxConcurrentRequestsPerInstance") or 1)
    return 2 * concurrency * int((body.get("sku") or {}).get("capacity") or 1)
