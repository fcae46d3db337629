"""Azure's own budget for what carries the run's tag. It tells the owners and stops nothing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .environment import TAG, Wanted

API = "2024-08-01"


def budget_id(subscription: str, run: str) -> str:
    return f"/subscriptions/{subscription}/providers/Microsoft.Consumption/budgets/{TAG}-{run}"


def budget_of(wanted: Wanted, now: datetime) -> dict[str, Any]:
    """As ARM takes it: told at half and at all of the cap."""
    told = {
        f"spent-{percent}": {
            "enabled": True,
            "operator": "GreaterThan",
            "threshold": percent,
            "thresholdType": "Actual",
            "contactEmails": [],
            "contactRoles": ["Owner"],
        }
        for percent in (50, 100)
    }
    properties = {
        "category": "Cost",
        "amount": wanted.cap,
        "timeGrain": "Monthly",
        "timePeriod": {"startDate": f"{now:%Y-%m}-01T00:00:00Z"},
        "filter": {"tags": {"name": TAG, "operator": "In", "values": [wanted.run]}},
        "notifications": told,
    }
    return {"properties": properties}
