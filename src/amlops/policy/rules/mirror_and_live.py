"""Rule: a deployment gets live traffic or a copy of it, never both.

Why: Azure refuses it, and its figures would count each request twice.
Source: how-to-safely-rollout-online-endpoints (mirrored traffic: one deployment, at most 50 %).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation

MOST = 50


class MirrorAndLive(Rule):
    id = "mirror-and-live"
    kinds = ("machinelearningservices:OnlineEndpoint",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        live = {name.lower() for name in _shares(resource, "properties.traffic")}
        mirrored = _shares(resource, "properties.mirrorTraffic")
        for name in sorted(mirrored):
            if name.lower() in live:
                yield Violation(
                    f"{name} is in properties.traffic and in properties.mirrorTraffic; one of them is meant; "
                    "end the mirroring before traffic begins"
                )
        if len(mirrored) > 1 or any(percent > MOST for percent in mirrored.values()):
            shown = ", ".join(f"{name} {percent:g} %" for name, percent in sorted(mirrored.items()))
            yield Violation(
                f'"{shown}" is invalid as properties.mirrorTraffic; it should be one deployment with at most {MOST} %; '
                "lower it"
            )


def _shares(resource: Resource, path: str) -> dict[str, float]:
    """Percent by deployment, without those that get nothing."""
    return {name: value for name, value in resource.map(path).items() if isinstance(value, int | float) and value}
