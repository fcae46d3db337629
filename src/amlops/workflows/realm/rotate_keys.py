"""Gives an endpoint new keys, one after the other, and sees that it answers to each."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from amlops.azure import poll_seconds
from amlops.config import load_about
from amlops.errors import AmlopsError
from amlops.rollout import ask, read_endpoint
from amlops.rollout.smoke import NotAnswered

from ..session import Session

Key = Literal["Secondary", "Primary"]
ORDER: tuple[Key, ...] = ("Secondary", "Primary")
"""Clients use the primary one, so the other one is tried first."""

PATIENCE = timedelta(minutes=5)
"""Of the server's time: how long a new key may take to be taken."""

_ML = "2025-12-01"


def rotate_keys(session: Session, deployment: str, keys: Sequence[Key] = ORDER) -> tuple[Key, ...]:
    """Regenerates the endpoint's keys in the order given; each new one must be answered before the next is touched.

    Raises AmlopsError: no endpoint, one without keys (exit code 3), a new key that isn't taken.
    """
    place = session.endpoint(deployment)
    live = read_endpoint(place)
    if live is None:
        raise AmlopsError(f"{deployment} has no endpoint in {session.environment.name}", exit_code=3)
    if live.auth_mode.lower() != "key":
        raise AmlopsError(f"{place.endpoint} takes {live.auth_mode}: it has no keys to rotate", exit_code=3)
    sample = session.repo.deployment(deployment) / load_about(session.repo, deployment).sample_request
    request, answers = sample.read_bytes(), any(live.traffic.values())
    for key in keys:
        with session.progress.step(f"a new {key.lower()} key for {place.endpoint}"):
            session.azure.post(f"{_id(session, deployment)}/regenerateKeys", _ML, {"keyType": key})
            value = str(session.azure.post(f"{_id(session, deployment)}/listKeys", _ML)[f"{key.lower()}Key"])
            if answers:
                _answered(session, live.scoring_uri, value, request, key)
    return tuple(keys)


def _answered(session: Session, uri: str, value: str, request: bytes, key: Key) -> None:
    until = session.azure.now() + PATIENCE
    while True:
        try:
            ask(uri, value, request, ca=session.azure.ca)
            return
        except NotAnswered as error:
            if error.status not in (401, 403) or session.azure.now() > until:
                raise AmlopsError(f"the endpoint does not answer to its new {key.lower()} key: {error}") from None
        time.sleep(poll_seconds(session.process))


def _id(session: Session, deployment: str) -> str:
    return f"{session.workspace_id}/onlineEndpoints/{session.names.endpoint(deployment)}"
