"""What a stack costs a month: an estimate from list prices, per SKU and number of instances or nodes.

`prices.json` beside this file holds the prices with their source and the day they were read: a plan asks nobody. What
is paid by use (storage, logs, requests, network) is named and not guessed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

HOURS = 730
"""Hours of a month, as Azure's price pages count."""

DAYS = HOURS / 24

_BY_USE = frozenset(
    {
        "storage:StorageAccount",
        "keyvault:Vault",
        "operationalinsights:Workspace",
        "applicationinsights:Component",
        "machinelearningservices:ServerlessEndpoint",
    }
)


@dataclass(frozen=True, slots=True)
class Prices:
    """`machines` are an hour of a virtual machine by region and SKU, `registries` a day of a container registry by SKU,
    both in lower case. A SKU that a region lacks is priced as in `fallback`, and the estimate says so."""

    source: str
    read: str
    currency: str
    fallback: str
    machines: Mapping[str, Mapping[str, float]]
    registries: Mapping[str, float]
    private_endpoint: float

    @classmethod
    def load(cls) -> Prices:
        found = json.loads(files(__package__).joinpath("prices.json").read_text(encoding="utf-8"))
        return cls(
            source=found["source"],
            read=found["read"],
            currency=found["currency"],
            fallback=found["fallback"],
            machines={region: _lower(prices) for region, prices in found["machines_an_hour"].items()},
            registries=_lower(found["container_registries_a_day"]),
            private_endpoint=float(found["private_endpoint_an_hour"]),
        )

    def machine(self, size: str, region: str) -> tuple[float, str] | None:
        """An hour of a machine and the region whose price that is; None where no region has one."""
        for place in (region, self.fallback, *sorted(self.machines)):
            price = self.machines.get(place, {}).get(size.lower())
            if price is not None:
                return price, place
        return None


@dataclass(frozen=True, slots=True)
class Bill:
    """A month of some resources: `least` with clusters at their minimum, `most` with all of them at their maximum.
    `unknown` are SKUs without a price, `elsewhere` those priced as in another region, `by_use` resources that cost by
    what is done with them."""

    least: float = 0.0
    most: float = 0.0
    unknown: frozenset[str] = frozenset()
    elsewhere: frozenset[str] = frozenset()
    by_use: frozenset[str] = frozenset()

    def __add__(self, other: Bill) -> Bill:
        return Bill(
            self.least + other.least,
            self.most + other.most,
            self.unknown | other.unknown,
            self.elsewhere | other.elsewhere,
            self.by_use | other.by_use,
        )


@dataclass(frozen=True, slots=True)
class Estimate:
    """A stack's bill before the change and after it."""

    before: Bill
    after: Bill
    currency: str
    source: str

    @property
    def least(self) -> float:
        """By how much the month gets dearer, clusters at their minimum."""
        return self.after.least - self.before.least

    @property
    def most(self) -> float:
        return self.after.most - self.before.most

    def as_dict(self) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "before": {"least": round(self.before.least, 2), "most": round(self.before.most, 2)},
            "after": {"least": round(self.after.least, 2), "most": round(self.after.most, 2)},
            "unknown": sorted(self.after.unknown),
            "priced_elsewhere": sorted(self.after.elsewhere),
            "by_use": sorted(self.after.by_use),
            "source": self.source,
        }


Priced = tuple[str, Mapping[str, Any]]
"""A resource: its type as azure-native names it, and its inputs."""


def estimate(before: Iterable[Priced], after: Iterable[Priced], region: str, prices: Prices | None = None) -> Estimate:
    """The estimate for a stack's resources before and after."""
    known = prices or Prices.load()
    source = f"{known.source}, read {known.read}"
    return Estimate(_bill(before, known, region), _bill(after, known, region), known.currency, source)


def _bill(resources: Iterable[Priced], prices: Prices, region: str) -> Bill:
    return sum((_one(_kind(type_token), inputs, prices, region) for type_token, inputs in resources), Bill())


def _one(kind: str, inputs: Mapping[str, Any], prices: Prices, region: str) -> Bill:
    match kind:
        case "machinelearningservices:OnlineDeployment":
            size = _text(inputs, "properties", "instanceType")
            return _machines(size, *_twice(_number(inputs, 1, "sku", "capacity")), prices, region)
        case "machinelearningservices:Compute":
            return _compute(inputs, prices, region)
        case "machinelearningservices:Registry":
            return _registry("premium", prices, len(inputs.get("regionDetails") or [1]))
        case "containerregistry:Registry":
            return _registry(_text(inputs, "sku", "name") or "basic", prices)
        case "network:PrivateEndpoint":
            return Bill(*_twice(prices.private_endpoint * HOURS))
        case kind if kind in _BY_USE:
            return Bill(by_use=frozenset({kind.rsplit(":", 1)[-1]}))
    return Bill()


def _compute(inputs: Mapping[str, Any], prices: Prices, region: str) -> Bill:
    """Clusters stand between their least and most nodes, an instance runs; attached computes cost elsewhere."""
    compute = _text(inputs, "properties", "computeType")
    size = _text(inputs, "properties", "properties", "vmSize")
    if compute == "AmlCompute":
        scale = ("properties", "properties", "scaleSettings")
        least, most = (_number(inputs, 0, *scale, name) for name in ("minNodeCount", "maxNodeCount"))
        priority = _text(inputs, "properties", "properties", "vmPriority").lower()
        if priority == "lowpriority":
            return Bill(unknown=frozenset({f"{size}, low priority"}))
        return _machines(size, least, most, prices, region)
    return _machines(size, 1, 1, prices, region) if compute == "ComputeInstance" else Bill()


def _machines(size: str, least: float, most: float, prices: Prices, region: str) -> Bill:
    found = prices.machine(size, region)
    if found is None:
        return Bill(unknown=frozenset({size or "a machine of unknown size"}))
    price, place = found
    elsewhere = frozenset() if place == region else frozenset({f"{size} as in {place}"})
    return Bill(price * least * HOURS, price * most * HOURS, elsewhere=elsewhere)


def _registry(sku: str, prices: Prices, regions: int = 1) -> Bill:
    price = prices.registries.get(sku.lower())
    if price is None:
        return Bill(unknown=frozenset({f"container registry {sku}"}))
    return Bill(*_twice(price * DAYS * regions))


def _lower(prices: Mapping[str, Any]) -> dict[str, float]:
    return {name.lower(): float(price) for name, price in prices.items()}


def _twice(value: float) -> tuple[float, float]:
    return value, value


def _at(node: Any, *path: str) -> Any:
    for part in path:
        node = node.get(part) if isinstance(node, Mapping) else None
    return node


def _text(inputs: Mapping[str, Any], *path: str) -> str:
    found = _at(inputs, *path)
    return found if isinstance(found, str) else ""


def _number(inputs: Mapping[str, Any], otherwise: float, *path: str) -> float:
    found = _at(inputs, *path)
    return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else otherwise


def _kind(type_token: str) -> str:
    """`azure-native:storage:StorageAccount` as `storage:StorageAccount`, whatever version stands in between."""
    parts = type_token.split(":")
    return f"{parts[1].split('/')[0]}:{parts[-1]}" if len(parts) >= 3 else type_token
