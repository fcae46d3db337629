"""Operations as routes: one a method and URL, with the resource type and action that the URL addresses.

Source: ARM RPC, "Resource ID": after the last `/providers/{namespace}` type and name alternate.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from .operations import Operation

Json = dict[str, Any]

# Generic routes would match every resource there is; the specific tables answer for them.
GENERIC = re.compile(r"^/\{\w+\}$|/\{parentResourcePath\}/\{resourceType\}/\{\w+\}$|^/providers/Microsoft.Management/")
# The same extension resource addressed below one resource: as an extension route its scope is any id.
BELOW_RESOURCE = re.compile(
    r"^.*/providers/\{\w+\}/(?:\{parentResourcePath\}/)?\{resourceType\}/\{\w+\}(?=/providers/)"
)
SUBSCRIPTION_OR_GROUP = re.compile(r"^/subscriptions/\{\w+\}(?:/resourceGroups/\{\w+\})?(?=/providers/)")
SPELLINGS = (
    ("/resourcegroups", "/resourceGroups"),
    ("/providers/microsoft.insights/", "/providers/Microsoft.Insights/"),
)
# Collections whose items carry another path than theirs plus a name.
COLLECTIONS = {
    ("Microsoft.Resources", "subscriptions"): "Microsoft.Resources/subscriptions",
    ("Microsoft.Resources", "tenants"): "Microsoft.Resources/tenants",
    ("Microsoft.Resources", "providers"): "Microsoft.Resources/providers",
    ("Microsoft.Resources/subscriptions", "providers"): "Microsoft.Resources/providers",
    ("Microsoft.Resources/subscriptions", "resourceGroups"): "Microsoft.Resources/resourceGroups",
}


def routes(operations: Iterable[Operation]) -> list[Json]:
    """Sorted by URL and method. Operations that go over the wire alike are one route with several names."""
    found: dict[tuple[str, str], Json] = {}
    for operation in operations:
        template = _template(operation.request.template)
        if template is None:
            continue
        key = (operation.request.method, re.sub(r"\{\w+\}", "{}", template).lower())
        if key in found:
            found[key]["operations"].append(f"{operation.group}.{operation.name}")
        else:
            found[key] = _route(operation, template)
    merged = _without_shadowed(found)
    items = {kind for kind, tail in (_type(route["template"]) for route in merged) if tail is None}
    for route in merged:
        _address(route, items)
    return sorted(merged, key=lambda r: (r["template"].lower(), r["method"]))


def _template(raw: str) -> str | None:
    """The URL with ARM's own spelling of literals; None for the generic routes."""
    if GENERIC.search(raw):
        return None
    text = BELOW_RESOURCE.sub("/{scope}", raw.rstrip("/"))
    text = re.sub(r"^/\{(?:scope|resourceUri|resourceId)\}", "/{scope}", text)
    for spelled, canonical in SPELLINGS:
        text = re.sub(re.escape(spelled), canonical, text, flags=re.I)
    return text


def _without_shadowed(found: dict[tuple[str, str], Json]) -> list[Json]:
    """Where an extension route takes any scope, those for a subscription or group add nothing but their name."""
    kept = dict(found)
    for (method, shape), route in found.items():
        tail = SUBSCRIPTION_OR_GROUP.sub("", route["template"])
        general = (method, "/{}" + re.sub(r"\{\w+\}", "{}", tail).lower())
        if tail != route["template"] and general in kept:
            kept[general]["operations"] += route["operations"]
            del kept[(method, shape)]
    return list(kept.values())


def _route(operation: Operation, template: str) -> Json:
    request = operation.request
    route: Json = {
        "operations": [f"{operation.group}.{operation.name}"],
        "method": request.method,
        "template": template,
        "apiVersion": request.api_version,
        "statuses": sorted(operation.statuses),
    }
    rules = {name: _rules(rule) for name, rule in request.path_rules.items() if "{" + name + "}" in template}
    optional: Json = {
        "longRunning": operation.long_running,
        "headers": {str(status): list(names) for status, names in sorted(operation.headers.items())},
        "finalStateVia": operation.final_state_via,
        "paged": operation.paged,
        "query": list(request.query),
        "requiredQuery": list(request.required_query),
        "requestHeaders": list(request.headers),
        "body": operation.body,
        "bodyRequired": operation.body_required,
        "answer": operation.answer,
        "pathRules": {name: rule for name, rule in rules.items() if rule},
    }
    return route | {name: value for name, value in optional.items() if value}


def _rules(raw: Json) -> Json:
    names = {"pattern": "pattern", "min_length": "minLength", "max_length": "maxLength"}
    return {names[key]: value for key, value in raw.items() if key in names}


def _address(route: Json, items: set[str]) -> None:
    """Adds `type`, and `action` or `collection`."""
    kind, tail = _type(route["template"])
    listed = COLLECTIONS.get((kind, tail or "")) or (f"{kind}/{tail}" if f"{kind}/{tail}" in items else None)
    if tail is None:
        route["type"] = kind
    elif route["method"] == "GET" and listed:
        route["type"], route["collection"] = listed, True
    else:
        route["type"], route["action"] = kind, tail
    route["operations"].sort()


def _type(template: str) -> tuple[str, str | None]:
    """The type of the resource addressed, and what follows it: a collection or an action."""
    _, separator, below = template.rpartition("/providers/")
    if not separator:
        return _without_provider(template.strip("/").split("/"))
    namespace, *names = below.split("/")
    if namespace.startswith("{"):
        return "Microsoft.Resources/providers", "/".join(names) or None
    tail = names.pop() if len(names) % 2 else None
    return "/".join([namespace, *names[::2]]), tail


def _without_provider(names: list[str]) -> tuple[str, str | None]:
    """Ids without provider: tenants, subscriptions, resource groups, the list of providers."""
    tail = names.pop() if len(names) % 2 else None
    if not names:
        return "Microsoft.Resources", tail
    if names[-2] == "resourceGroups":
        return "Microsoft.Resources/resourceGroups", tail
    return "/".join(["Microsoft.Resources", *names[::2]]), tail
