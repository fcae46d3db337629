"""The steps that every ARM request goes through. Each looks at the exchange and refuses it, or adds what it found."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from .. import registrations
from ..settings import LOCATIONS
from ..store import Resource
from .caller import bearer
from .errors import ArmError, bad_request, forbidden, not_found
from .exchange import Exchange
from .ids import ArmId
from .names import place

if TYPE_CHECKING:
    from ..cloud import Cloud

_VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(-(alpha|beta|preview|privatepreview)(\.\d+)?)?", re.IGNORECASE)
_OLDEST = "2014-01-01"
_LONGEST_BODY = 4 << 20  # bytes; ARM's own limit


def check_api_version(cloud: Cloud, exchange: Exchange) -> None:
    """It must be there and be a version. Newer ones than ours are taken: one model serves them all."""
    version = exchange.query_value("api-version")
    if not version:
        raise bad_request(
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
            target="api-version",
        )
    if not _VERSION.fullmatch(version) or version < _OLDEST:
        raise bad_request(
            "InvalidApiVersionParameter",
            f"The api-version '{version}' is invalid. It has the form YYYY-MM-DD, or YYYY-MM-DD-preview.",
            target="api-version",
        )


def authenticate(cloud: Cloud, exchange: Exchange) -> None:
    """A bearer token of this tenant for ARM."""
    token = bearer(exchange.headers.get("authorization", ""))
    if token is None:
        authority = f"{cloud.settings.base_url}/{cloud.settings.tenant_id}"
        raise ArmError(
            401,
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
            headers={"WWW-Authenticate": f'Bearer authorization_uri="{authority}", error="invalid_token"'},
        )
    exchange.principal = cloud.identity.verify(token, ("arm",))


def find_route(cloud: Cloud, exchange: Exchange) -> None:
    """The operation by the tables, and the behaviour of its type."""
    route = cloud.tables.match(exchange.method, exchange.path)
    if route is None:
        allowed = cloud.tables.methods(exchange.path)
        if allowed:
            raise ArmError(
                405,
                "MethodNotAllowed",
                f"'{exchange.path}' takes {', '.join(allowed)}, not {exchange.method}.",
                headers={"Allow": ", ".join(allowed)},
            )
        raise ArmError(
            501,
            "NotImplemented",
            f"The local Azure has no operation {exchange.method} {exchange.path}; "
            "docs/reference/coverage.md lists what it has.",
        )
    exchange.route, exchange.behaviour = route, cloud.types.get(route.resource_type)
    path = route.path.rstrip("/") or "/"
    if route.action:
        path = path[: -len(route.action) - 1]
    exchange.id = _stored_casing(cloud, ArmId(path))


def check_subscription(cloud: Cloud, exchange: Exchange) -> None:
    """It must be one of this local Azure's."""
    subscription = ArmId(exchange.path).subscription
    if subscription is not None and not cloud.settings.has_subscription(subscription):
        raise ArmError(404, "SubscriptionNotFound", f"The subscription '{subscription}' could not be found.")


def authorize(cloud: Cloud, exchange: Exchange) -> None:
    """A role assignment at the resource or above it must grant the operation's action."""
    action = exchange.known_route.permission
    if exchange.id.subscription is None and exchange.method == "GET":
        return  # lists of the tenant show everybody what is theirs
    if not cloud.access.allowed(exchange.caller, action, exchange.id):
        raise forbidden(exchange.caller.object_id, action, exchange.id.text)


def check_registration(cloud: Cloud, exchange: Exchange) -> None:
    """A namespace must be registered with the subscription before it takes requests."""
    namespace, subscription = exchange.known_route.resource_type.split("/", 1)[0], exchange.id.subscription
    if subscription is None or namespace == "Microsoft.Resources":
        return
    if not registrations.is_registered(cloud.store, subscription, namespace):
        raise ArmError(
            409,
            "MissingSubscriptionRegistration",
            f"The subscription is not registered to use namespace '{namespace}'. "
            "See https://aka.ms/rps-not-found for how to register subscriptions.",
            target=namespace,
        )


def read_body(cloud: Cloud, exchange: Exchange) -> None:
    """JSON, an object, not longer than ARM takes."""
    if not exchange.raw:
        exchange.body = None
        return
    if len(exchange.raw) > _LONGEST_BODY:
        raise ArmError(413, "RequestEntityTooLarge", "The request content exceeds the limit of 4 MB.")
    try:
        exchange.body = json.loads(exchange.raw)
    except (json.JSONDecodeError, UnicodeDecodeError) as problem:
        raise bad_request(
            "InvalidRequestContent", f"The request content was invalid and could not be deserialized: {problem}."
        ) from problem


def find_resource(cloud: Cloud, exchange: Exchange) -> None:
    """The resource that is addressed, and whatever it lives in must be there."""
    if exchange.known_route.is_collection and exchange.known_route.action is None and exchange.method == "GET":
        _require_parent(cloud, _holder(exchange.id), exchange)
        return
    exchange.existing = cloud.store.get(exchange.id)
    if exchange.method in ("PUT", "POST") and exchange.existing is None:
        parent = exchange.id.parent
        if parent is not None:
            _require_parent(cloud, parent, exchange)


def check_conditions(cloud: Cloud, exchange: Exchange) -> None:
    """`If-Match` and `If-None-Match`, by the stored ETag."""
    etag = exchange.existing.etag if exchange.existing else None
    wanted, unwanted = exchange.headers.get("if-match"), exchange.headers.get("if-none-match")
    if exchange.method not in ("PUT", "PATCH", "DELETE"):
        return
    if wanted and (etag is None or (wanted != "*" and wanted.strip('"') != etag.strip('"'))):
        raise ArmError(412, "PreconditionFailed", f"The ETag '{wanted}' is not the resource's.", target="If-Match")
    if unwanted and etag is not None and (unwanted == "*" or unwanted.strip('"') == etag.strip('"')):
        raise ArmError(412, "PreconditionFailed", "The resource exists already.", target="If-None-Match")


def check_body(cloud: Cloud, exchange: Exchange) -> None:
    """Against the tables: unknown keys, types, enumerations, what is required. Read-only input is dropped."""
    route = exchange.known_route
    if exchange.method not in ("PUT", "PATCH", "POST"):
        return
    found = list(cloud.tables.validate(route, exchange.body, exchange.method))
    if exchange.method == "PUT" and exchange.existing is None:
        found += cloud.tables.validate_path(route)
    if found:
        details = [{"code": p.code, "message": p.message, "target": p.path} for p in found]
        first = found[0]
        raise bad_request(
            "InvalidRequestContent" if first.path else first.code,
            "; ".join(f"{p.path}: {p.message}" if p.path else p.message for p in found),
            target=first.path or None,
            details=details,
        )
    body = cloud.tables.strip_read_only(route, exchange.body)
    if isinstance(body, dict) and isinstance(body.get("location"), str):
        body = {**body, "location": _location(route.resource_type, body["location"])}
    if exchange.method == "PATCH" and exchange.existing is not None:
        body = _patched(exchange.existing.body, body)
    exchange.body = body


def _location(resource_type: str, name: str) -> str:
    plain = place(name)
    if plain not in LOCATIONS:
        what = "ResourceGroup" if resource_type == "Microsoft.Resources/resourceGroups" else "ResourceType"
        raise bad_request(
            f"LocationNotAvailableFor{what}",
            f"The provided location '{name}' is not available. List of available regions is '{','.join(LOCATIONS)}'.",
            target="location",
        )
    return plain


def _patched(before: Any, change: Any) -> Any:
    """JSON merge patch: null removes. Source: RFC 7396, which ARM's PATCH follows."""
    if not isinstance(change, dict):
        return change
    merged = dict(before) if isinstance(before, dict) else {}
    for key, value in change.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _patched(merged.get(key), value)
    return merged


def _stored_casing(cloud: Cloud, resource_id: ArmId) -> ArmId:
    """The id as it was first written; below known parents the caller's own casing."""
    known = cloud.store.get(resource_id)
    if known is not None:
        return known.id
    parent = resource_id.parent
    if parent is None or not parent.text:
        return resource_id
    fixed = _stored_casing(cloud, parent)
    return ArmId(fixed.text + resource_id.text[len(parent.text) :])


def _holder(collection: ArmId) -> ArmId:
    """What a collection lies in: a resource, a group, the subscription."""
    holder = collection.text.rsplit("/", 1)[0]
    before, _, namespace = holder.rpartition("/")
    return ArmId(before.removesuffix("/providers")) if before.endswith("/providers") and namespace else ArmId(holder)


def _require_parent(cloud: Cloud, parent: ArmId, exchange: Exchange) -> None:
    if exchange.known_route.template.startswith("/{scope}/"):
        return
    chain: list[ArmId] = []
    current: ArmId | None = parent
    while current is not None and current.text:
        chain.append(current)
        current = current.parent
    for ancestor in reversed(chain):
        if ancestor.type == "Microsoft.Resources/subscriptions" or cloud.store.get(ancestor):
            continue
        if ancestor.type == "Microsoft.Resources/resourceGroups":
            raise ArmError(404, "ResourceGroupNotFound", f"Resource group '{ancestor.name}' could not be found.")
        behaviour = cloud.types.get(ancestor.type)
        if behaviour is None or exchange.behaviour is None or exchange.behaviour.implicit_parent:
            continue
        if exchange.method == "GET":
            raise not_found(ancestor.text)
        raise ArmError(
            404,
            "ParentResourceNotFound",
            f"Failed to perform '{exchange.known_route.permission.rsplit('/', 1)[-1]}' on resource(s) of type "
            f"'{exchange.known_route.resource_type}', because the parent resource '{ancestor}' could not be found.",
        )


def shown_or_missing(exchange: Exchange) -> Resource:
    """The resource that a request needs. Raises ArmError 404."""
    if exchange.existing is None:
        if exchange.known_route.resource_type == "Microsoft.Resources/resourceGroups":
            raise ArmError(404, "ResourceGroupNotFound", f"Resource group '{exchange.id.name}' could not be found.")
        if exchange.known_route.resource_type == "Microsoft.Authorization/roleAssignments":
            raise ArmError(404, "RoleAssignmentNotFound", f"The role assignment '{exchange.id.name}' is not found.")
        raise not_found(exchange.id.text)
    return exchange.existing
