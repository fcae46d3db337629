"""Question: is the price that the cap counts by Azure's list price?"""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

from amlops.report.cost import Prices

from .question import Answer, Ground, Moment, Question

ADDRESS = "https://prices.azure.com/api/retail/prices"
"""Azure's own, open to anybody. Source: "Azure Retail Prices overview" (docs/azure.md 8)."""
_OTHER = ("spot", "low priority", "windows")


def hourly(found: Mapping[str, Any]) -> list[float]:
    """What an hour costs on demand under Linux, of the answer's items; lowest first."""
    return sorted(
        float(item["retailPrice"])
        for item in found.get("Items") or ()
        if item.get("unitOfMeasure") == "1 Hour"
        and item.get("type", "Consumption") == "Consumption"
        and not any(word in f"{item.get('skuName')} {item.get('productName')}".lower() for word in _OTHER)
    )


def _ask(ground: Ground) -> Answer:
    known = Prices.load().machine(ground.wanted.size, ground.wanted.region)
    if ground.azure.is_local or known is None:
        return Answer("a local Azure has no prices", None)
    wanted = f"armRegionName eq '{ground.wanted.region}' and armSkuName eq '{ground.wanted.size}'"
    query = f"serviceName eq 'Virtual Machines' and {wanted} and priceType eq 'Consumption'"
    address = f"{ADDRESS}?{urllib.parse.urlencode({'$filter': query})}"
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310  a fixed https address
        prices = hourly(json.load(answer))
    if not prices:
        return Answer(f"no price of {ground.wanted.size} in {ground.wanted.region}", None)
    found = {"counted": known[0], "as_in": known[1], "listed": prices}
    return Answer(f"an hour is {prices[-1]:.3f}; {known[0]:.3f} are counted", prices[-1] <= known[0] * 1.1, found)


QUESTION = Question(
    id="list-price",
    said="An hour of a machine costs what prices.json says, up to a tenth more, so the cap holds",
    where="src/amlops/report/prices.json; tools/verify_azure/cost.py",
    how="GET of Azure's retail prices, which anybody may read",
    when=Moment.BOOTSTRAPPED,
    ask=_ask,
)
