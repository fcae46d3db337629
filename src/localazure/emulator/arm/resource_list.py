"""`GET …/resources`: everything in a subscription or a resource group that has a location.

Source: ARM, "Resources - List": only tracked resources are listed; `$filter` compares with `eq`, joined by `and`.
"""

from __future__ import annotations

import re
from typing import Any

from ..store import Resource
from ..types.base import Call
from .errors import bad_request
from .paging import PAGE, page
from .reply import Reply

_CONDITION = re.compile(r"(\w+) eq '((?:[^']|'')*)'")
_SHOWN = ("location", "tags", "kind", "sku", "identity", "managedBy", "plan", "zones")


async def answer(call: Call) -> Reply:
    """The resources at or below the call's scope that the filter takes, a page of them."""
    query = {name.lower(): value for name, value in call.query.items()}
    wanted = conditions(query.get("$filter", ""))
    found = [
        _view(resource)
        for resource in call.cloud.store.below(call.id)
        if "location" in resource.body
        and resource.type != "Microsoft.Resources/resourceGroups"
        and _fits(resource, wanted)
    ]
    top = query.get("$top", "")
    path = f"{call.id.text}/resources"
    size = max(1, int(top)) if top.isdecimal() else PAGE
    return Reply(200, page(found, call.cloud.settings.base_url, path, call.query, size))


def conditions(text: str) -> dict[str, str]:
    """`resourceType eq 'X' and name eq 'Y'` as a map in lower case. Raises ArmError 400 for anything else."""
    found: dict[str, str] = {}
    for part in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE) if text.strip() else []:
        matched = _CONDITION.fullmatch(part.strip())
        allowed = ("resourcetype", "name", "location", "resourcegroup", "tagname", "tagvalue")
        if matched is None or matched[1].lower() not in allowed:
            raise bad_request(
                "InvalidFilterInQueryString",
                f"'{part.strip()}' in the filter is not understood; use NAME eq 'VALUE', joined by and; "
                f"NAME is one of {', '.join(allowed)}.",
                target="$filter",
            )
        found[matched[1].lower()] = matched[2].replace("''", "'").lower()
    return found


def _fits(resource: Resource, wanted: dict[str, str]) -> bool:
    tags = {name.lower(): str(value).lower() for name, value in (resource.body.get("tags") or {}).items()}
    has = {
        "resourcetype": resource.type.lower(),
        "name": resource.id.name.lower(),
        "location": str(resource.body.get("location", "")).lower(),
        "resourcegroup": (resource.id.resource_group or "").lower(),
        "tagname": wanted.get("tagname") if wanted.get("tagname") in tags else None,
        "tagvalue": tags.get(wanted.get("tagname", "")),
    }
    return all(has[name] == value for name, value in wanted.items())


def _view(resource: Resource) -> dict[str, Any]:
    at = {"id": resource.id.text, "name": resource.id.name, "type": resource.type}
    return {**at, **{name: resource.body[name] for name in _SHOWN if resource.body.get(name) is not None}}
