"""The subscription: there is one, and it is always there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..arm import resource_list
from ..settings import LOCATIONS
from .base import Action, Call, Reply, ResourceType

# Azure's names for the regions that exist here, and each region's pair.
_DISPLAY = {
    "westeurope": ("West Europe", "northeurope"),
    "northeurope": ("North Europe", "westeurope"),
    "swedencentral": ("Sweden Central", "swedensouth"),
    "eastus": ("East US", "westus"),
    "eastus2": ("East US 2", "centralus"),
    "westus2": ("West US 2", "westcentralus"),
}


class Subscription(ResourceType):
    type = "Microsoft.Resources/subscriptions"

    def actions(self) -> Mapping[str, Action]:
        return {"GET": _get, "GET locations": _locations, "GET resources": resource_list.answer}


async def _get(call: Call) -> Reply:
    """The list, which holds it if the caller has any role in it, or the one."""
    settings = call.cloud.settings
    at = f"/subscriptions/{settings.subscription_id}"
    shown: dict[str, Any] = {
        "id": at,
        "subscriptionId": settings.subscription_id,
        "tenantId": settings.tenant_id,
        "displayName": "Local Azure",
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }
    if "subscriptionId" in call.params:
        return Reply(200, shown)
    known = call.cloud.access.has_role(call.principal, at)
    return Reply(200, {"value": [shown] if known else [], "count": {"type": "Total", "value": int(known)}})


async def _locations(call: Call) -> Reply:
    return Reply(200, {"value": [_location(call, name) for name in LOCATIONS if name in _DISPLAY]})


def _location(call: Call, name: str) -> dict[str, Any]:
    display, pair = _DISPLAY[name]
    subscription = f"/subscriptions/{call.cloud.settings.subscription_id}"
    return {
        "id": f"{subscription}/locations/{name}",
        "name": name,
        "type": "Region",
        "displayName": display,
        "regionalDisplayName": display,
        "metadata": {
            "regionType": "Physical",
            "regionCategory": "Recommended",
            "pairedRegion": [{"name": pair, "id": f"{subscription}/locations/{pair}"}],
        },
    }
