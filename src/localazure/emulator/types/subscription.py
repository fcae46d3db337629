"""Subscriptions: those that the local Azure was first started with, always there, all alike."""

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
    """One, or the list of those in which the caller has any role."""
    settings = call.cloud.settings
    if asked := call.params.get("subscriptionId"):
        return Reply(200, _view(call, asked.lower()))
    known = [s for s in settings.subscription_ids if call.cloud.access.has_role(call.principal, f"/subscriptions/{s}")]
    shown = [_view(call, subscription) for subscription in known]
    return Reply(200, {"value": shown, "count": {"type": "Total", "value": len(shown)}})


def _view(call: Call, subscription: str) -> dict[str, Any]:
    settings = call.cloud.settings
    number = settings.subscription_ids.index(subscription) + 1
    return {
        "id": f"/subscriptions/{subscription}",
        "subscriptionId": subscription,
        "tenantId": settings.tenant_id,
        "displayName": "Local Azure" if number == 1 else f"Local Azure {number}",
        "state": "Enabled",
        "authorizationSource": "RoleBased",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


async def _locations(call: Call) -> Reply:
    return Reply(200, {"value": [_location(call, name) for name in LOCATIONS if name in _DISPLAY]})


def _location(call: Call, name: str) -> dict[str, Any]:
    display, pair = _DISPLAY[name]
    subscription = f"/subscriptions/{call.params['subscriptionId']}"
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
