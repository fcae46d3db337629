"""What a platform may cost a month, and who is told when it costs more. A budget stops nothing.

It counts from the month in which it was made: Azure takes no past one then, and keeps it from then on.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pulumi
from pulumi_azure_native.consumption import Budget as AzureBudget
from pulumi_azure_native.consumption import BudgetTimePeriodArgs, NotificationArgs, get_budget

from .live import absent_or_raise
from .place import Place

NAME = "monthly"
_TOLD = {"spent-80": ("Actual", 80), "spent-100": ("Actual", 100), "expected-120": ("Forecasted", 120)}
"""Percent of the amount, spent or expected by the month's end, at which somebody is told."""


class Budget(pulumi.ComponentResource):
    def __init__(self, place: Place, *, group: pulumi.Input[str], since: str) -> None:
        """Of the resource group `group`; `since` is the first day that counts (`counted_since`)."""
        super().__init__("amlops:infra:Budget", "budget")
        settings = place.environment.platform.budget
        AzureBudget(
            "budget",
            budget_name=NAME,
            scope=group,
            category="Cost",
            amount=settings.monthly,
            time_grain="Monthly",
            time_period=BudgetTimePeriodArgs(start_date=since),
            notifications={
                name: NotificationArgs(
                    enabled=True,
                    operator="GreaterThan",
                    threshold=percent,
                    threshold_type=kind,
                    contact_emails=list(settings.contacts),
                    contact_roles=["Owner"],
                )
                for name, (kind, percent) in _TOLD.items()
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})


def counted_since(scope: str) -> str:
    """The first day that the budget of a resource group counts, where it has one; else that of this month."""
    try:
        return str(get_budget(budget_name=NAME, scope=scope).time_period.start_date)
    except Exception as error:  # noqa: BLE001  the SDK raises plain Exception for whatever an invoke answers
        absent_or_raise(error, "since when the budget counts")
    return datetime.now(UTC).strftime("%Y-%m-01T00:00:00Z")
