"""Rule: the shares of an endpoint's traffic make 100 %, or there are none yet.

Why: Azure refuses anything else when it is applied.
Source: reference-yaml-endpoint-online (`traffic` sums to 0 or 100).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class TrafficSum(Rule):
    id = "traffic-sum"
    kinds = ("machinelearningservices:OnlineEndpoint",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        shares = [value for value in resource.map("properties.traffic").values() if isinstance(value, int | float)]
        if sum(shares) not in (0, 100):
            todo = "correct the shares by `amlops rollout`"
            yield from invalid("properties.traffic", f"{sum(shares):g} %", "it should be 0 or 100 %", todo)
