"""Budgets of a subscription or a resource group. Kept and checked; nothing is spent here, so none is ever reached.

Source: azure-mgmt-consumption, Budget (2024-08-01), its field descriptions: the start is the first of a month, not
before June 2017 and not more than twelve months ahead; five notifications; thresholds from 0 to 1000 per cent.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from ..arm.errors import ArmError, bad_request
from ..arm.ids import ArmId
from ..store import Body, Resource
from .base import Call, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud

_FIRST = datetime(2017, 6, 1, tzinfo=UTC)
_MOST_NOTIFICATIONS, _MOST_EMAILS, _HIGHEST = 5, 50, 1000


class Budget(ResourceType):
    type = "Microsoft.Consumption/budgets"
    immutable = ("properties.timeGrain", "properties.category")
    coverage_note = "kept and checked; nothing is ever spent"

    def admit(self, call: Call) -> None:
        scope = ArmId(call.id.scope)
        if scope.type not in ("Microsoft.Resources/subscriptions", "Microsoft.Resources/resourceGroups"):
            raise bad_request("400", f"Scope '{scope}' is not valid for a budget; use a subscription or a group.")
        group = scope.type == "Microsoft.Resources/resourceGroups"
        if group and call.cloud.store.get(scope) is None:
            raise ArmError(404, "ResourceGroupNotFound", f"Resource group '{scope.name}' could not be found.")
        given: Body = call.body.get("properties") or {}
        if not given:
            raise bad_request("400", "Budget must have properties.", target="properties")
        tag = call.body.get("eTag")
        if call.existing is not None and tag and tag.strip('"') != call.existing.etag.strip('"'):
            raise ArmError(412, "412", f"The eTag '{tag}' is not the budget's; read it again.", target="eTag")
        if given["amount"] <= 0:
            raise _refused("amount", f"The amount is {given['amount']}; it must be above 0.")
        _admit_period(call, given["timePeriod"])
        _admit_notifications(given.get("notifications") or {})

    def compose(self, call: Call) -> Resource:
        given = dict(call.body["properties"])
        period = given["timePeriod"]
        if not period.get("endDate"):
            end = _moment(period["startDate"], "startDate") + timedelta(days=3652)  # ten years where none is named
            given["timePeriod"] = {**period, "endDate": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
        return Resource(call.id, {"properties": given})

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        spent = {"amount": 0.0, "unit": "USD"}
        return {**resource.with_properties(currentSpend=spent).body, "eTag": resource.etag}

    def listed(self, call: Call, found: list[Resource]) -> list[Resource]:
        """Those of the scope itself."""
        scope = ArmId(call.params["scope"]).key
        return [budget for budget in found if ArmId(budget.id.scope).key == scope]


def _admit_period(call: Call, period: Body) -> None:
    start = _moment(period["startDate"], "startDate")
    now = datetime.fromtimestamp(call.cloud.clock.now(), UTC)
    if start.day != 1:
        raise _refused("timePeriod.startDate", f"'{period['startDate']}' is not the first of a month.")
    if not _FIRST <= start <= now + timedelta(days=366):
        raise _refused("timePeriod.startDate", f"'{period['startDate']}' is before June 2017 or over a year ahead.")
    if period.get("endDate") and _moment(period["endDate"], "endDate") <= start:
        raise _refused("timePeriod.endDate", "The end must be later than the start.")


def _admit_notifications(notifications: Body) -> None:
    if len(notifications) > _MOST_NOTIFICATIONS:
        raise _refused("notifications", f"There are {len(notifications)}; at most {_MOST_NOTIFICATIONS} are allowed.")
    for name, notification in notifications.items():
        if not 0 <= notification["threshold"] <= _HIGHEST:
            raise _refused(f"notifications.{name}.threshold", f"It must be from 0 to {_HIGHEST} per cent.")
        told = [*(notification.get(key) or [] for key in ("contactEmails", "contactRoles", "contactGroups"))]
        if not any(told):
            raise _refused(
                f"notifications.{name}", "It reaches nobody: name contactEmails, contactRoles or contactGroups."
            )
        if len(told[0]) > _MOST_EMAILS:
            raise _refused(f"notifications.{name}.contactEmails", f"At most {_MOST_EMAILS} are allowed.")


def _moment(text: str, name: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError as problem:
        raise _refused(f"timePeriod.{name}", f"'{text}' is no date.") from problem
    return found.replace(tzinfo=found.tzinfo or UTC)


def _refused(path: str, message: str) -> ArmError:
    return bad_request("400", message, target=f"properties.{path}")
