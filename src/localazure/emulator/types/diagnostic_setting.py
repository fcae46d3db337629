"""Diagnostic settings: which logs and metrics of a resource go where.

Of what they name only the requests of online endpoints are there to be read, in a Log Analytics workspace
(monitor/traffic_log.py). Source: azure-rest-api-specs, diagnosticsSettings_API.json of 2021-05-01-preview; Azure
Monitor, "Diagnostic settings": at most five a resource, each with a destination and something to send.
"""

from __future__ import annotations

from ..arm.errors import bad_request, conflict, not_found
from ..arm.ids import ArmId
from ..monitor import traffic_log
from ..store import Resource
from .base import Call, ResourceType

_MOST = 5
_DESTINATIONS = {
    "workspaceId": "Microsoft.OperationalInsights/workspaces",
    "storageAccountId": "Microsoft.Storage/storageAccounts",
    "eventHubAuthorizationRuleId": "",
    "serviceBusRuleId": "",
    "marketplacePartnerId": "",
}


class DiagnosticSetting(ResourceType):
    type = traffic_log.SETTING
    coverage_note = "only AmlOnlineEndpointTrafficLog in Log Analytics has content"

    def admit(self, call: Call) -> None:
        given, scope = call.body["properties"], ArmId(call.id.scope)
        if call.cloud.store.get(scope) is None:
            raise not_found(scope.text)
        named = {name: str(given[name]) for name in _DESTINATIONS if given.get(name)}
        if not named:
            raise bad_request("BadRequest", f"Name a destination: one of {', '.join(_DESTINATIONS)}.")
        for name, value in named.items():
            if (wanted := _DESTINATIONS[name]) and _type_of(call, value) != wanted.lower():
                raise bad_request("ResourceNotFound", f"'{value}' is no {wanted} that exists.", target=name)
        sent = [entry for kind in ("logs", "metrics") for entry in given.get(kind) or []]
        if not sent:
            raise bad_request("BadRequest", "The setting sends nothing: it has neither logs nor metrics.")
        if any(bool(entry.get("category")) == bool(entry.get("categoryGroup")) for entry in given.get("logs") or []):
            raise bad_request("BadRequest", "Each log has a category or a categoryGroup, not both.", target="logs")
        beside = [s for s in _at(call, scope) if s.id.key != call.id.key]
        if len(beside) >= _MOST:
            raise conflict(
                "Conflict", f"The resource has {len(beside)} diagnostic settings; at most {_MOST} are allowed."
            )

    def compose(self, call: Call) -> Resource:
        """What is sent is sent from the setting's creation on."""
        since = call.existing.secret["since"] if call.existing else call.cloud.clock.now()
        filled = {"metrics": [], "logs": [], **call.body["properties"]}
        return Resource(call.id, {**call.body, "properties": filled}, {"since": since})

    def listed(self, call: Call, found: list[Resource]) -> list[Resource]:
        """Those of the resource itself, of nothing above or below it."""
        scope = ArmId(call.params["scope"]).key
        return [setting for setting in found if ArmId(setting.id.scope).key == scope]


def _at(call: Call, scope: ArmId) -> list[Resource]:
    return [s for s in call.cloud.store.of_type(DiagnosticSetting.type, scope) if ArmId(s.id.scope).key == scope.key]


def _type_of(call: Call, resource_id: str) -> str:
    found = call.cloud.store.get(ArmId(resource_id))
    return found.type.lower() if found is not None else ""
