"""Question: are usages and sizes of a region told as preflight reads them?"""

from __future__ import annotations

import re
from typing import Any

from amlops.stacks.preflight.situation import quota_name

from .question import ML, Answer, Ground, Moment, Question

_DEDICATED = re.compile(r"_Cluster_Dedicated_vCPUs$", re.IGNORECASE)


def families(ground: Ground) -> dict[str, tuple[int, int]]:
    """Cores in use and their limit, by family as preflight names it."""
    found = {}
    for item in _usages(ground):
        tail = str(item.get("id") or "").rsplit("/", 1)[-1]
        if _DEDICATED.search(tail):
            family = quota_name(_DEDICATED.sub("", tail))
            found[family] = (int(item.get("currentValue") or 0), int(item.get("limit", -1)))
    return found


def family_of(ground: Ground, size: str) -> tuple[str, int]:
    """The family of a machine and its cores. Raises LookupError for one that the region doesn't have."""
    for item in ground.azure.listed(f"{ground.ml}/vmSizes", ML):
        if str(item["name"]).lower() == size.lower():
            return quota_name(str(item["family"])), int(item["vCPUs"])
    raise LookupError(f"{size} is no size of {ground.wanted.region}")


def _usages(ground: Ground) -> tuple[dict[str, Any], ...]:
    return ground.azure.listed(f"{ground.ml}/usages", ML)


def _ask(ground: Ground) -> Answer:
    family, cores = family_of(ground, ground.wanted.size)
    known = families(ground)
    totals = [item for item in _usages(ground) if str(item.get("type", "")).endswith("/totalCores/usages")]
    named = [str((item.get("name") or {}).get("value")) for item in totals]
    found = {"family": family, "cores": cores, "families": len(known), "totals": named}
    told = f"{len(known)} families; {family} is {'among' if family in known else 'NOT among'} them; totals: {named}"
    return Answer(told, family in known and len(totals) == 1, found)


QUESTION = Question(
    id="usages",
    said="Usages name each family as vmSizes does but for underscores, ending in _Cluster_Dedicated_vCPUs, and all "
    "cores together once, of the type totalCores",
    where="docs/azure.md 3; src/amlops/stacks/preflight/reading.py",
    how="GET usages and vmSizes of the region",
    when=Moment.PLATFORM,
    ask=_ask,
)
