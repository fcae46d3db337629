"""The list of a subscription's activity log entries, by `$filter`.

Source: REST reference, "Activity Logs - List" (2015-04-01): a filter with the start of a time is required;
`resourceUri`, `resourceGroupName`, `resourceProvider` and `correlationId` narrow it. Names compare without case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ..arm.errors import bad_request
from ..arm.ids import ArmId
from ..arm.paging import page
from ..monitor.activity import Event, substatus
from ..monitor.callers import Callers
from ..store import Body
from .base import Action, Call, Reply, ResourceType

_CONDITION = re.compile(r"\s*(\w+)\s+(eq|ge|le|gt|lt)\s+'((?:[^']|'')*)'\s*", re.IGNORECASE)
_NAMES = ("resourceuri", "resourcegroupname", "resourceprovider", "correlationid")
_PAGE = 200


class ActivityLog(ResourceType):
    type = "Microsoft.Insights/eventtypes"

    def actions(self) -> Mapping[str, Action]:
        return {"GET values": _list}


async def _list(call: Call) -> Reply:
    query = {name.lower(): value for name, value in call.query.items()}
    since, until, wanted = _filter(query.get("$filter", ""))
    events = call.cloud.activity.events(call.params["subscriptionId"], since, until)
    kept = [name.strip() for name in query.get("$select", "").split(",") if name.strip()]
    fitting = [event for event in events if _fits(event, wanted)]
    path = f"/subscriptions/{call.params['subscriptionId']}/providers/Microsoft.Insights/eventtypes/management/values"
    found, callers = page(fitting, call.cloud.settings.base_url, path, call.query, _PAGE), Callers(call.cloud)
    shown = [_selected(_view(call, event, callers), kept) for event in found["value"]]
    return Reply(200, {**found, "value": shown})


def _filter(text: str) -> tuple[float, float, dict[str, str]]:
    """From when to when, and what else must be equal, in lower case. Raises ArmError 400."""
    since, until = None, datetime.max.replace(tzinfo=UTC).timestamp()
    wanted: dict[str, str] = {}
    for part in re.split(r"\band\b(?=(?:[^']*'[^']*')*[^']*$)", text) if text.strip() else []:
        found = _CONDITION.fullmatch(part)
        name = found[1].lower() if found else ""
        if found is not None and name == "eventtimestamp" and found[2].lower() != "eq":
            moment = _moment(found[3])
            if found[2].lower() in ("ge", "gt"):
                since = moment
            else:
                until = moment + (1e-6 if found[2].lower() == "le" else 0.0)
        elif found is not None and name in _NAMES and found[2].lower() == "eq":
            wanted[name] = found[3].replace("''", "'").rstrip("/").lower()
        elif found is None or name not in ("eventchannels", "levels"):
            raise bad_request(
                "BadRequest",
                f"'{part.strip()}' in the filter is not understood; use eventTimestamp ge 'TIME', eventTimestamp le "
                f"'TIME' and {', '.join(_NAMES)} eq 'VALUE', joined by and.",
                target="$filter",
            )
    if since is None:
        raise bad_request(
            "BadRequest", "The filter must have the start of a time: eventTimestamp ge 'TIME'.", target="$filter"
        )
    return since, until, wanted


def _moment(text: str) -> float:
    try:
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except ValueError as problem:
        raise bad_request("BadRequest", f"'{text}' is no time, as 2026-01-31T12:00:00Z.", target="$filter") from problem
    return found.replace(tzinfo=found.tzinfo or UTC).timestamp()


def _fits(event: Event, wanted: Mapping[str, str]) -> bool:
    resource = ArmId(event.resource)
    has = {
        "resourceuri": resource.key,
        "resourcegroupname": (resource.resource_group or "").lower(),
        "resourceprovider": event.action.split("/", 1)[0].lower(),
        "correlationid": event.correlation.lower(),
    }
    return all(has[name] == value for name, value in wanted.items())


def _selected(entry: Body, names: list[str]) -> Body:
    low = {name.lower() for name in names}
    return {key: value for key, value in entry.items() if not low or key.lower() in low}


def _view(call: Call, event: Event, callers: Callers) -> Body:
    resource, iso = ArmId(event.resource), _iso(event.at)
    phrase, words = substatus(event)
    error = {"statusMessage": event.error} if event.error else {}
    return {
        "id": f"{resource.text}/events/{event.id}/ticks/{int((event.at + 62135596800) * 10**7)}",
        "eventDataId": event.id,
        "correlationId": event.correlation,
        "operationId": event.correlation,
        "authorization": {"action": event.action, "scope": resource.text},
        "caller": callers.caller(event.object_id),
        "claims": callers.claims(event.object_id, event.app_id),
        "description": "",
        "category": _words("Administrative"),
        "eventName": {"value": "EndRequest", "localizedValue": "End request"},
        "level": "Error" if event.status == "Failed" else "Informational",
        "operationName": _words(event.action),
        "resourceId": resource.text,
        "resourceGroupName": resource.resource_group or "",
        "resourceProviderName": _words(event.action.split("/", 1)[0]),
        "resourceType": _words(resource.type),
        "status": _words(event.status),
        "subStatus": {"value": phrase, "localizedValue": words},
        "eventTimestamp": iso,
        "submissionTimestamp": iso,
        "subscriptionId": call.params["subscriptionId"],
        "tenantId": call.cloud.settings.tenant_id,
        "httpRequest": {
            "clientRequestId": event.client_request,
            "clientIpAddress": "127.0.0.1",
            "method": event.method,
            "uri": event.uri,
        },
        "properties": {
            "statusCode": phrase,
            "serviceRequestId": event.request,
            "entity": resource.text,
            "message": event.action,
            **error,
        },
    }


def _words(value: str) -> dict[str, Any]:
    return {"value": value, "localizedValue": value}


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
