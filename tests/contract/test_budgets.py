"""Budgets of a resource group, by azure-mgmt-consumption."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.consumption import ConsumptionManagementClient

from tests.support.cloud import LocalCloud

pytestmark = pytest.mark.client


def budget(**changes: Any) -> dict[str, Any]:
    notification = {
        "enabled": True,
        "operator": "GreaterThan",
        "threshold": 80,
        "contactEmails": ["owner@contoso.test"],
        "thresholdType": "Forecasted",
    }
    properties = {
        "category": "Cost",
        "amount": 500,
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": "2026-01-01T00:00:00Z"},
        "notifications": {"forecast": notification},
    }
    return {"properties": {**properties, **changes}}


def test_a_budget_of_a_group(cloud: LocalCloud, group: str) -> None:
    """What is put is got with its eTag, listed at its scope only, changed with the eTag of now, and deleted."""
    scope = f"{cloud.subscription}/resourceGroups/{group}".lstrip("/")
    with cloud.client(ConsumptionManagementClient) as client:
        made = client.budgets.create_or_update(scope, "monthly", budget())
        assert (made.properties.amount, made.properties.current_spend.amount) == (500, 0)
        assert [found.name for found in client.budgets.list(scope)] == ["monthly"]
        assert "monthly" not in [found.name for found in client.budgets.list(cloud.subscription.lstrip("/"))]
        changed = client.budgets.create_or_update(scope, "monthly", {**budget(amount=600), "eTag": made.e_tag})
        assert changed.properties.amount == 600
        with pytest.raises(HttpResponseError):
            client.budgets.create_or_update(scope, "monthly", {**budget(amount=700), "eTag": made.e_tag})
        client.budgets.delete(scope, "monthly")
        with pytest.raises(ResourceNotFoundError):
            client.budgets.get(scope, "monthly")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"amount": 0}, "above 0"),
        ({"timePeriod": {"startDate": "2026-01-15T00:00:00Z"}}, "first of a month"),
        ({"timePeriod": {"startDate": "2016-01-01T00:00:00Z"}}, "before June 2017"),
        (
            {"timePeriod": {"startDate": "2026-01-01T00:00:00Z", "endDate": "2025-01-01T00:00:00Z"}},
            "later than the start",
        ),
        ({"timeGrain": "Weekly"}, "timeGrain"),
        (
            {"notifications": {"n": {"enabled": True, "operator": "EqualTo", "threshold": 9, "contactEmails": []}}},
            "reaches nobody",
        ),
    ],
)
def test_what_makes_no_sense(cloud: LocalCloud, group: str, changes: dict[str, Any], message: str) -> None:
    """400 that names the field."""
    scope = f"{cloud.subscription}/resourceGroups/{group}".lstrip("/")
    with cloud.client(ConsumptionManagementClient) as client, pytest.raises(HttpResponseError, match=message) as raised:
        client.budgets.create_or_update(scope, "wrong", budget(**changes))
    assert raised.value.status_code == 400
