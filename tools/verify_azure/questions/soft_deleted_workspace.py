"""Question: what does Azure say to the name of a workspace that is deleted and not purged?"""

from __future__ import annotations

from typing import Any

from .question import ML, Answer, Ground, Moment, Question

WORDS = "Soft-deleted workspace exists"


def _ask(ground: Ground) -> Answer:
    """A second workspace beside the platform's own, on the same storage and vault; it has no compute and costs
    nothing."""
    id = f"{ground.workspace}-probe"
    own = ground.azure.resource(ground.workspace, ML)
    if own is None:
        raise LookupError("there is no workspace")
    parts = ("storageAccount", "keyVault", "applicationInsights", "containerRegistry")
    body: dict[str, Any] = {
        "location": ground.wanted.region,
        "tags": ground.wanted.tags,
        "identity": {"type": "SystemAssigned"},
        "properties": {name: own["properties"][name] for name in parts},
    }
    ground.azure.put(id, ML, body)
    ground.azure.delete(id, ML)
    said = ground.send("PUT", id, ML, body)
    purged = ground.send("DELETE", id, ML, forceToPurge="true")
    found = {"put": said.as_dict(), "purge": purged.as_dict()}
    told = f"PUT: {said.status} {said.code}: {said.message[:120]}; then DELETE with forceToPurge: {purged.status}"
    return Answer(told, WORDS in said.message and purged.status < 300, found)


QUESTION = Question(
    id="soft-deleted-workspace",
    said=f'A PUT over a deleted workspace says "{WORDS}", and forceToPurge frees the name',
    where="docs/azure.md 4; src/amlops/stacks/refusals.py; src/amlops/stacks/soft_delete.py",
    how="A second workspace is made, deleted, made again, and purged",
    when=Moment.PLATFORM,
    ask=_ask,
)
