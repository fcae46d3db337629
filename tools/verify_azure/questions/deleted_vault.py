"""Question: is a deleted vault found by its tags?"""

from __future__ import annotations

from ..environment import TAG
from .question import Answer, Ground, Moment, Question

API = "2024-11-01"


def _ask(ground: Ground) -> Answer:
    listed = ground.azure.listed(f"{ground.subscription}/providers/Microsoft.KeyVault/deletedVaults", API)
    mine = [vault["properties"] for vault in listed if vault["name"] == ground.names.vault]
    tagged = [one for one in mine if (one.get("tags") or {}).get(TAG) == ground.wanted.run]
    found = {"listed": len(mine), "tagged": len(tagged), "says_until": bool(mine and mine[0].get("scheduledPurgeDate"))}
    told = f"{len(mine)} of the platform's name is listed, {len(tagged)} with the run's tag"
    return Answer(told, bool(tagged), found)


QUESTION = Question(
    id="deleted-vault",
    said="A deleted vault is listed with its tags until it is purged, so that clean-up finds it after a crash",
    where="docs/azure.md 4; tools/verify_azure/remains.py",
    how="GET deletedVaults after the platform was destroyed",
    when=Moment.DESTROYED,
    ask=_ask,
)
