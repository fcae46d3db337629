"""Who changed a resource last, and when, by the Activity Log; what our own identities did is passed over.

Source: Azure Monitor, REST "Activity Logs - List", event schema (docs/azure.md 8): kept for 90 days, minutes late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from amlops.azure import Azure, AzureRefused
from amlops.config import Environment, Names
from amlops.config.moments import stamp

API = "2015-04-01"
KEPT = timedelta(days=89)
"""How far back is looked: Azure refuses what is older than 90 days."""

_CHANGES = ("/write", "/delete", "/action")


@dataclass(frozen=True, slots=True)
class LastChange:
    """`who` is a person's name, or an application's; `when` is UTC, ISO 8601; `by` is ARM's operation."""

    who: str = ""
    when: str = ""
    by: str = ""


NOBODY = LastChange()


def last_change(azure: Azure, environment: Environment, id: str) -> LastChange:
    """NOBODY where the log knows nothing, or may not be read. Raises AmlopsError where Azure does not answer."""
    if not id.startswith("/subscriptions/"):
        return NOBODY
    since, until = azure.now() - KEPT, azure.now() + timedelta(minutes=1)
    path = f"/subscriptions/{id.split('/')[2]}/providers/Microsoft.Insights/eventtypes/management/values"
    asked = f"eventTimestamp ge '{stamp(since)}' and eventTimestamp le '{stamp(until)}' and resourceUri eq '{id}'"
    try:
        events = azure.listed(path, API, **{"$filter": asked})
    except AzureRefused as error:
        if error.status not in (401, 403):
            raise
        return NOBODY
    own = Names(environment).deploy_identity("").lower()
    found = [event for event in events if _changes(event) and own not in _identity(event).lower()]
    if not found:
        return NOBODY
    last = max(found, key=lambda event: str(event.get("eventTimestamp") or ""))
    return LastChange(_who(last), _when(str(last.get("eventTimestamp") or "")), _operation(last))


def _changes(event: Mapping[str, Any]) -> bool:
    status = str((event.get("status") or {}).get("value") or "")
    return _operation(event).lower().endswith(_CHANGES) and status.lower() != "failed"


def _operation(event: Mapping[str, Any]) -> str:
    return str((event.get("operationName") or {}).get("value") or "")


def _identity(event: Mapping[str, Any]) -> str:
    """The managed identity that acted, by its resource id; "" for anybody else."""
    return str((event.get("claims") or {}).get("xms_mirid") or "")


def _who(event: Mapping[str, Any]) -> str:
    claims = event.get("claims") or {}
    named = claims.get("name") or claims.get("app_displayname") or _identity(event).rsplit("/", 1)[-1]
    return str(named or event.get("caller") or "")


def _when(text: str) -> str:
    """To the second."""
    return f"{text[:19]}Z" if len(text) >= 19 else text
