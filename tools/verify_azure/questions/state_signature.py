"""Question: is a signature for one container enough for Pulumi's state, and good for that container only?"""

from __future__ import annotations

from datetime import timedelta

from amlops.config import PLATFORM

from ..environment import TEAM
from .question import Answer, Ground, Moment, Question


def _ask(ground: Ground) -> Answer:
    from azure.core.exceptions import HttpResponseError

    azure, names = ground.azure, ground.names
    own, other = names.realm(PLATFORM), names.realm(TEAM)
    signature = azure.container_signature(names.state_storage, own, timedelta(hours=1))
    url = f"https://{names.state_storage}.blob.{azure.storage_suffix}"
    with azure.container(f"{url}/{own}?{signature}") as container:
        blobs = [blob.name for blob in container.list_blobs()]
    try:
        with azure.container(f"{url}/{other}?{signature}") as container:
            list(container.list_blobs())
        refused: int | None = None
    except HttpResponseError as error:
        refused = error.status_code
    locks = [name for name in blobs if name.startswith(".pulumi/locks/")]
    states = [name for name in blobs if name.startswith(".pulumi/stacks/") and name.endswith(".json")]
    found = {"blobs": len(blobs), "states": len(states), "locks": len(locks), "other_container": refused}
    holds = bool(states) and not locks and refused == 403
    told = f"{len(states)} states, {len(locks)} locks left; of another container: {refused or 'everything'}"
    return Answer(told, holds, found)


QUESTION = Question(
    id="state-signature",
    said="Pulumi keeps its state by a user delegation signature for one container, which opens no other, and leaves no "
    "lock behind",
    where="src/amlops/stacks/state.py; ADR 0010",
    how="Stacks were applied by such a signature; another one lists its container, then that of a team",
    when=Moment.PLATFORM,
    ask=_ask,
)
