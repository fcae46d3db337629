"""What can be asked of a workspace besides its own body: keys of what it is built on."""

from __future__ import annotations

from collections.abc import Mapping

from ..arm.errors import not_found
from ..arm.ids import ArmId
from ..store import Body, Resource
from .base import Action, Call, Reply


async def _keys(call: Call) -> Reply:
    workspace = _workspace(call)
    found: Body = {
        "userStorageArmId": workspace.properties.get("storageAccount"),
        "userStorageKey": _storage_key(call, workspace),
    }
    insights = _named(call, workspace, "applicationInsights")
    if insights is not None:
        found["appInsightsInstrumentationKey"] = insights.properties["InstrumentationKey"]
    registry = _named(call, workspace, "containerRegistry")
    if registry is not None and registry.properties.get("adminUserEnabled"):
        passwords = [{"name": name, "value": registry.secret[name]} for name in ("password", "password2")]
        location = registry.body.get("location")
        found["containerRegistryCredentials"] = {
            "location": location,
            "username": registry.id.name,
            "passwords": passwords,
        }
    return Reply(200, found)


async def _storage_keys(call: Call) -> Reply:
    return Reply(200, {"userStorageKey": _storage_key(call, _workspace(call))})


async def _resync(call: Call) -> Reply:
    """Keys are read when they are asked for, so they are never out of step."""
    _workspace(call)
    return Reply(200)


async def _none(call: Call) -> Reply:
    _workspace(call)
    return Reply(200, {"value": []})


async def _diagnose(call: Call) -> Reply:
    """What a workspace refers to and is not there any more."""
    workspace = _workspace(call)
    results: dict[str, list[Body]] = {}
    for name, area in (
        ("storageAccount", "storageAccountResults"),
        ("keyVault", "keyVaultResults"),
        ("applicationInsights", "applicationInsightsResults"),
        ("containerRegistry", "containerRegistryResults"),
    ):
        at = workspace.properties.get(name)
        gone = at and call.cloud.store.get(ArmId(at)) is None
        results[area] = [{"code": "NotFound", "level": "Error", "message": f"'{at}' was not found."}] if gone else []
    return Reply(200, {"value": results})


ACTIONS: Mapping[str, Action] = {
    "POST listKeys": _keys,
    "POST listStorageAccountKeys": _storage_keys,
    "POST resyncKeys": _resync,
    "POST diagnose": _diagnose,
    "GET features": _none,
    "GET privateLinkResources": _none,
}


def _workspace(call: Call) -> Resource:
    if call.existing is None:
        raise not_found(call.id.text)
    return call.existing


def _named(call: Call, workspace: Resource, name: str) -> Resource | None:
    at = workspace.properties.get(name)
    return call.cloud.store.get(ArmId(at)) if at else None


def _storage_key(call: Call, workspace: Resource) -> str:
    account = ArmId(str(workspace.properties.get("storageAccount"))).name.lower()
    return call.cloud.accounts.named(account).keys[0]
