"""Question: what does Azure call it when a cluster has no quota?"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from amlops.stacks.preflight.situation import quota_name

from .question import ML, Answer, Ground, Moment, Question
from .usages import families

CODE = "ClusterCoreQuotaReached"
SMALL = 16
"""Cores of a machine that is asked for at most."""


def _ask(ground: Ground) -> Answer:
    size = _without_quota(ground)
    if size is None:
        return Answer("this subscription has quota of every family, so none can be missed", None)
    scale = {"scaleSettings": {"minNodeCount": 1, "maxNodeCount": 1, "nodeIdleTimeBeforeScaleDown": "PT120S"}}
    with ground.probe("noquota", scale, size=size) as (id, said):
        if said.status >= 400:
            return Answer(f"the PUT itself is refused: {said.status} {said.code}", said.code == CODE, said.as_dict())
        codes: list[str] = []
        for _ in ground.until(timedelta(minutes=5)):
            properties: dict[str, Any] = dict(ground.send("GET", id, ML).body.get("properties") or {})
            errors = [*(properties.get("provisioningErrors") or []), *_inner(properties)]
            codes = sorted({str((error.get("error") or error).get("code")) for error in errors})
            if codes:
                break
    told = f"the cluster is taken, and then has the errors {', '.join(codes)}" if codes else "no error within 5 minutes"
    return Answer(f"{size}: {told}", CODE in codes if codes else None, {"size": size, "codes": codes})


def _inner(properties: dict[str, Any]) -> list[dict[str, Any]]:
    return list((properties.get("properties") or {}).get("errors") or [])


def _without_quota(ground: Ground) -> str | None:
    """The smallest machine of a family with a limit of 0: nothing can start, so nothing costs."""
    limits = families(ground)
    sizes = ground.azure.listed(f"{ground.ml}/vmSizes", ML)
    found = [
        (int(size["vCPUs"]), str(size["name"]))
        for size in sizes
        if limits.get(quota_name(str(size["family"])), (0, -1))[1] == 0 and int(size["vCPUs"]) <= SMALL
    ]
    return min(found)[1] if found else None


QUESTION = Question(
    id="no-quota",
    said=f"A cluster that may have no core is taken, and says {CODE}",
    where="docs/azure.md 3",
    how="A cluster of one node of a family whose limit is 0; the error is waited for, then it is deleted",
    when=Moment.PLATFORM,
    ask=_ask,
)
