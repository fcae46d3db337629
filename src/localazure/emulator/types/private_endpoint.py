"""Private endpoints: an address in a subnet that leads to one resource, once the resource's owner has approved it.

Source: private-endpoint-overview (one subscription with its network, states, approval); azure-mgmt-network,
`PrivateEndpoint`; terraform's azurerm_private_endpoint for what can't be changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import private_link
from ..arm import linked_access, work
from ..arm.errors import ArmError, bad_request
from ..arm.ids import ArmId
from ..store import Body, Resource
from .base import Call, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud

_JOIN = "Microsoft.Network/virtualNetworks/subnets/join/action"
_APPROVAL = "PrivateEndpointConnectionsApproval/action"
_SUBNET = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/virtualNetworks/[^/]+/subnets/[^/]+",
    re.IGNORECASE,
)
_LISTS = {"privateLinkServiceConnections": False, "manualPrivateLinkServiceConnections": True}


@dataclass(frozen=True, slots=True)
class Asked:
    """A connection that is asked for: `manual` waits for the target's owner. `at` is where the body has it."""

    at: str
    name: str
    target: ArmId
    groups: tuple[str, ...]
    message: str
    manual: bool

    @property
    def kept(self) -> Body:
        return {"target": self.target.key, "groups": list(self.groups), "manual": self.manual}


class PrivateEndpoint(ResourceType):
    type = private_link.ENDPOINT
    immutable = ("properties.subnet.id",)
    coverage_note = "no network interface and no DNS: clients of the local Azure are inside its network"

    def admit(self, call: Call) -> None:
        _admit_subnet(call, str(((call.body.get("properties") or {}).get("subnet") or {}).get("id") or ""))
        asked = list(_asked(call.body))
        if len(asked) != 1:
            raise bad_request(
                "InvalidRequestFormat", f"The private endpoint has {len(asked)} connections; it must have one."
            )
        if call.existing is not None:
            _admit_change(call.existing, asked)
        else:
            _admit_target(call, asked[0])

    def compose(self, call: Call) -> Resource:
        """`secret.made` tells whether the target was told of the connection yet."""
        properties = {"ipConfigurations": [], "customDnsConfigs": [], **call.body["properties"]}
        properties["subnet"] = {"id": properties["subnet"]["id"]}
        for name in _LISTS:
            properties[name] = [_plain(found) for found in properties.get(name) or []]
        kept = {one.name: one.kept for one in _asked(call.body)}
        secret = dict(call.existing.secret) if call.existing else {"connections": kept, "made": False}
        return Resource(call.id, {**call.body, "properties": properties}, secret)

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        """Each connection as the target has it; one that the target has no more is disconnected."""
        shown = {
            name: [_shown(cloud, resource, found) for found in resource.properties.get(name) or []] for name in _LISTS
        }
        return resource.with_properties(**shown).body

    async def provision(self, cloud: Cloud, resource: Resource) -> Resource | None:
        if resource.secret["made"]:
            return None
        with cloud.store.transaction():
            for one in _asked(resource.body):
                target = cloud.store.get(one.target)
                if target is None:
                    raise _no_target(resource.id, one)
                status = private_link.PENDING if one.manual else private_link.APPROVED
                said = one.message if one.manual else "Auto-Approved"
                at = private_link.connection_id(resource.id, one.name, target.id)
                cloud.store.put(private_link.connection(at, resource.id, one.groups[0], status, said))
            current = work.present(cloud, resource.id)
            return cloud.store.put(Resource(current.id, current.body, {**current.secret, "made": True}))

    async def retire(self, cloud: Cloud, resource: Resource) -> None:
        for one in _asked(resource.body):
            cloud.store.delete(private_link.connection_id(resource.id, one.name, one.target))


def _asked(body: Body) -> Iterator[Asked]:
    properties = body.get("properties") or {}
    for kind, manual in _LISTS.items():
        for number, found in enumerate(properties.get(kind) or []):
            inner = found.get("properties") or {}
            yield Asked(
                at=f"properties.{kind}[{number}]",
                name=str(found.get("name") or ""),
                target=ArmId(str(inner.get("privateLinkServiceId") or "")),
                groups=tuple(str(group) for group in inner.get("groupIds") or ()),
                message=str(inner.get("requestMessage") or ""),
                manual=manual,
            )


def _admit_subnet(call: Call, subnet: str) -> None:
    """It may be another team's, and need not be known here; the caller must be allowed to join it."""
    if _SUBNET.fullmatch(subnet) is None:
        raise bad_request(
            "LinkedInvalidPropertyId",
            f"Property id '{subnet}' at path 'properties.subnet.id' is invalid. Expect fully qualified resource Id "
            "that start with '/subscriptions/{subscriptionId}' or '/providers/{resourceProviderNamespace}/'.",
            target="properties.subnet.id",
        )
    if str(ArmId(subnet).subscription).lower() != str(call.id.subscription).lower():
        raise bad_request(
            "BadRequest",
            f"The private endpoint must be in the same subscription as its virtual network, which is in "
            f"'{ArmId(subnet).subscription}'.",
            target="properties.subnet.id",
        )
    linked_access.require(call, _JOIN, ArmId(subnet))


def _admit_target(call: Call, one: Asked) -> None:
    target = call.cloud.store.get(one.target)
    if target is None:
        raise _no_target(call.id, one)
    known = private_link.groups(target.id)
    if len(one.groups) != 1 or one.groups[0] not in known:
        named = ", ".join(one.groups) or "none"
        raise bad_request(
            "IncorrectPrivateLinkServiceConnectionGroupId",
            f"'{target.id}' is asked for {named}; name one of {', '.join(known) or 'nothing: none leads to its type'}.",
            target=f"{one.at}.properties.groupIds",
        )
    sku = str((target.body.get("sku") or {}).get("name", ""))
    if target.type.lower() == "microsoft.containerregistry/registries" and sku.lower() != "premium":
        raise bad_request(
            "FeatureNotSupported", f"The registry '{target.id.name}' is {sku}; private endpoints need the Premium sku."
        )
    if not one.manual:
        linked_access.require(call, f"{target.type}/{_APPROVAL}", target.id)


def _admit_change(existing: Resource, asked: list[Asked]) -> None:
    before: Body = existing.secret["connections"]
    if {one.name: one.kept for one in asked} != before:
        raise bad_request(
            "PropertyChangeNotAllowed",
            f"Changing the connection of '{existing.id.name}' is not allowed; re-create it.",
            target=asked[0].at,
        )


def _no_target(endpoint: ArmId, one: Asked) -> ArmError:
    return bad_request(
        "InvalidResourceReference",
        f"Resource {one.target} referenced by resource {endpoint} was not found. Please make sure that the referenced "
        "resource exists.",
        target=f"{one.at}.properties.privateLinkServiceId",
    )


def _plain(found: Body) -> Body:
    """A connection without what is answered only."""
    inner = {k: v for k, v in (found.get("properties") or {}).items() if k != "privateLinkServiceConnectionState"}
    return {"name": found.get("name"), "properties": inner}


def _shown(cloud: Cloud, endpoint: Resource, found: Body) -> Body:
    inner: dict[str, Any] = found["properties"]
    at = private_link.connection_id(endpoint.id, str(found["name"]), ArmId(str(inner["privateLinkServiceId"])))
    held = cloud.store.get(at)
    if held is not None:
        told = private_link.state(held)
        state = {"status": told["status"], "description": told.get("description", ""), "actionsRequired": "None"}
    else:
        missing = private_link.DISCONNECTED if endpoint.secret["made"] else private_link.PENDING
        state = {"status": missing, "description": "", "actionsRequired": "None"}
    return {
        "id": endpoint.id.child("privateLinkServiceConnections", str(found["name"])).text,
        "name": found["name"],
        "etag": endpoint.etag,
        "type": f"{private_link.ENDPOINT}/privateLinkServiceConnections",
        "properties": {**inner, "privateLinkServiceConnectionState": state, "provisioningState": endpoint.state},
    }
