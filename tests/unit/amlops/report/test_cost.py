"""Estimates: list prices by SKU and number, and nothing guessed."""

from __future__ import annotations

import pytest

from amlops.report import estimate
from amlops.report.cost import HOURS, Prices

PRICES = Prices(
    "list", "2026-01-01", "USD", "eastus",
    {"eastus": {"standard_ds3_v2": 0.3}, "westeurope": {"standard_d2s_v3": 0.1}},
    {"basic": 0.2, "premium": 2.0}, 0.01,
)  # fmt: skip


def deployment(size: str, capacity: int) -> tuple[str, dict[str, object]]:
    inputs = {"sku": {"name": "Default", "capacity": capacity}, "properties": {"instanceType": size}}
    return "azure-native:machinelearningservices:OnlineDeployment", inputs


def cluster(size: str, least: int, most: int, priority: str = "Dedicated") -> tuple[str, dict[str, object]]:
    scale = {"minNodeCount": float(least), "maxNodeCount": float(most)}
    inner = {"vmSize": size, "vmPriority": priority, "scaleSettings": scale}
    inputs = {"properties": {"computeType": "AmlCompute", "properties": inner}}
    return "azure-native:machinelearningservices/v20251201:Compute", inputs


def test_a_deployment_costs_its_instances() -> None:
    """Price of the SKU × instances × 730 hours, in the environment's region where that has one."""
    found = estimate([], [deployment("Standard_D2s_v3", 3)], "westeurope", PRICES)
    assert found.after.least == found.after.most == pytest.approx(0.1 * 3 * HOURS)
    assert not found.after.elsewhere
    assert found.least == found.most == pytest.approx(219)


def test_a_size_without_a_price_here_is_priced_as_elsewhere_and_said_so() -> None:
    """The fallback's price counts, and the estimate names it."""
    found = estimate([], [deployment("Standard_DS3_v2", 1)], "westeurope", PRICES)
    assert found.after.least == pytest.approx(0.3 * HOURS)
    assert found.after.elsewhere == {"Standard_DS3_v2 as in eastus"}


def test_a_cluster_costs_between_its_least_and_most_nodes() -> None:
    """Both ends are given: what stands ready, and what it may grow to."""
    found = estimate([cluster("Standard_DS3_v2", 0, 2)], [cluster("Standard_DS3_v2", 1, 4)], "eastus", PRICES)
    assert found.least == pytest.approx(0.3 * HOURS)
    assert found.most == pytest.approx(0.3 * 2 * HOURS)


def test_what_has_no_price_is_named() -> None:
    """An unknown size, a low-priority node: told, and counted as nothing."""
    after = [deployment("Standard_NC999", 1), cluster("Standard_DS3_v2", 0, 4, "LowPriority")]
    found = estimate([], after, "eastus", PRICES)
    assert found.after.unknown == {"Standard_NC999", "Standard_DS3_v2, low priority"}
    assert found.after.most == 0


def test_what_is_paid_by_use_is_named() -> None:
    """Storage, vault and logs cost by what is done with them."""
    kinds = ("storage:StorageAccount", "keyvault:Vault", "operationalinsights:Workspace")
    found = estimate([], [(f"azure-native:{kind}", {}) for kind in kinds], "eastus", PRICES)
    assert found.after.by_use == {"StorageAccount", "Vault", "Workspace"}
    assert found.after.least == 0


def test_registries_and_private_endpoints() -> None:
    """A container registry by its tier, an ML registry as one premium registry a region, an endpoint by the hour."""
    after = [
        ("azure-native:containerregistry:Registry", {"sku": {"name": "Basic"}}),
        ("azure-native:machinelearningservices:Registry", {"regionDetails": [{}, {}]}),
        ("azure-native:network:PrivateEndpoint", {}),
    ]
    found = estimate([], after, "eastus", PRICES)
    assert found.after.least == pytest.approx((0.2 + 2.0 * 2) * HOURS / 24 + 0.01 * HOURS)


def test_the_table_says_where_it_comes_from() -> None:
    """Source and day stand in the file and reach the reader; prices are positive."""
    prices = Prices.load()
    assert prices.source and prices.read and prices.fallback in prices.machines
    assert all(price > 0 for region in prices.machines.values() for price in region.values())
    assert prices.read in estimate([], [], "eastus").source
