"""Online endpoints: a name unique in its region, keys or tokens, and the rules of traffic.

Source: how-to-safely-rollout-online-endpoints, reference-yaml-endpoint-online, how-to-authenticate-online-endpoint.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..arm import managed_identity
from ..arm.errors import ArmError, bad_request, conflict
from ..arm.ids import ArmId
from ..arm.names import check, place
from ..scoring import credentials, names
from ..store import Body, Resource
from .base import Action, Call, Reply, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud

NAME = "[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?"
MOST = 100  # endpoints in a subscription's region; how-to-manage-quotas
_MOST_MIRRORED = 50  # per cent


class OnlineEndpoint(ResourceType):
    type = names.ENDPOINT
    immutable = ("location",)

    def admit(self, call: Call) -> None:
        if call.existing is None:
            _admit_new(call)
        properties = call.body["properties"]
        if properties.get("compute"):
            raise bad_request(
                "BadArgument",
                "The endpoint names a Kubernetes compute; the local Azure has managed online endpoints only.",
                target="properties.compute",
            )
        _admit_traffic(call, properties.get("traffic") or {}, properties.get("mirrorTraffic") or {})

    def compose(self, call: Call) -> Resource:
        properties = dict(call.body["properties"])
        given = properties.pop("keys", None) or {}
        secret = dict(call.existing.secret) if call.existing else _secrets(given)
        names.take(call.cloud.store, place(str(call.body["location"])), call.id)
        filled = {"publicNetworkAccess": "Enabled", "properties": {}, "traffic": {}, "mirrorTraffic": {}, **properties}
        return Resource(call.id, {**managed_identity.of(call), "properties": filled}, secret)

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        at = f"{cloud.settings.base_url}/inference/{_region(resource)}/{resource.id.name}"
        uris = {"scoringUri": f"{at}/score", "swaggerUri": f"{at}/swagger.json"}
        return resource.with_properties(**uris).body

    async def retire(self, cloud: Cloud, resource: Resource) -> None:
        names.free(cloud.store, _region(resource), resource.id)

    def actions(self) -> Mapping[str, Action]:
        return {"POST listKeys": _list_keys, "POST regenerateKeys": _regenerate_keys, "POST token": _token}


def _admit_new(call: Call) -> None:
    name = call.id.name
    if not 3 <= len(name) <= 32:
        raise bad_request("BadArgument", f"The endpoint name '{name}' has {len(name)} characters; allowed are 3 to 32.")
    check(NAME, call.id, "letters, digits and hyphens; begins with a letter, ends with a letter or digit")
    region = place(str(call.body["location"]))
    other = names.holder(call.cloud.store, region, name)
    if other is not None and other.id.key != call.id.key:
        raise conflict(
            "Conflict",
            "There is already an endpoint with this name, Endpoint name needs to be unique within a region. "
            "Try some other name.",
            target="name",
        )
    mine = f"/subscriptions/{call.id.subscription}"
    there = [e for e in call.cloud.store.of_type(OnlineEndpoint.type, mine) if _region(e) == region]
    if len(there) >= MOST:
        raise bad_request(
            "OutOfQuota", f"The subscription has {len(there)} endpoints in {region}; the limit is {MOST}."
        )


def _admit_traffic(call: Call, traffic: Mapping[str, int], mirrored: Mapping[str, int]) -> None:
    shares = {**traffic, **{f"{name} (mirrored)": share for name, share in mirrored.items()}}
    if outside := [f"'{name}': {share}" for name, share in shares.items() if not 0 <= share <= 100]:
        raise _refused(f"Traffic is a per cent from 0 to 100, and is {', '.join(outside)}.", "traffic")
    if call.existing is None and any(shares.values()):
        raise _refused("Traffic can't be set when the endpoint is created: it has no deployments yet.", "traffic")
    known = {child.id.name.lower() for child in call.cloud.store.children(call.id)}
    if unknown := [n for n, share in (*traffic.items(), *mirrored.items()) if share and n.lower() not in known]:
        raise _refused(
            f"The endpoint has no deployment {', '.join(unknown)}; it has {', '.join(sorted(known))}.", "traffic"
        )
    if sum(traffic.values()) not in (0, 100):
        raise _refused(f"The sum of all traffic is {sum(traffic.values())}; it must be 0 or 100.", "traffic")
    copied = [name for name, share in mirrored.items() if share > 0]
    if len(copied) > 1:
        raise _refused(f"Traffic can be mirrored to one deployment only, not to {', '.join(copied)}.", "mirrorTraffic")
    for name in copied:
        if mirrored[name] > _MOST_MIRRORED:
            raise _refused(f"'{name}' mirrors {mirrored[name]} %; at most {_MOST_MIRRORED} % can be.", "mirrorTraffic")
        if any(share and other.lower() == name.lower() for other, share in traffic.items()):
            raise _refused(f"'{name}' can't take live and mirrored traffic at once.", "mirrorTraffic")


def _refused(message: str, target: str) -> ArmError:
    return bad_request("BadArgument", message, target=f"properties.{target}")


def _secrets(given: Mapping[str, Any]) -> Body:
    """Both keys, as given at creation or new, and what tokens are signed with."""
    keys = {name: given.get(name) or credentials.new_key() for name in ("primaryKey", "secondaryKey")}
    return {**keys, "tokenSecret": secrets.token_hex(32)}


def _region(resource: Resource) -> str:
    return place(str(resource.body["location"]))


def _existing(call: Call, mode: str) -> Resource:
    """The endpoint, if its authMode is `mode`."""
    if call.existing is None:
        raise ArmError(404, "ResourceNotFound", f"The Resource '{call.id}' was not found.", target=call.id.text)
    actual = str(call.existing.properties.get("authMode"))
    if actual.lower() != mode.lower():
        raise bad_request("BadArgument", f"The endpoint's authMode is {actual}; this takes {mode}.", target="authMode")
    return call.existing


async def _list_keys(call: Call) -> Reply:
    secret = _existing(call, "Key").secret
    return Reply(200, {name: secret[name] for name in ("primaryKey", "secondaryKey")})


async def _regenerate_keys(call: Call) -> Reply:
    endpoint = _existing(call, "Key")
    name = f"{str(call.body['keyType']).lower()}Key"
    value = call.body.get("keyValue") or credentials.new_key()
    call.cloud.store.put(replace(endpoint, secret={**endpoint.secret, name: value}))
    return Reply(200)


async def _token(call: Call) -> Reply:
    return Reply(200, credentials.token(_existing(call, "AMLToken"), call.cloud.clock.now()))


def endpoint_of(deployment: ArmId, cloud: Cloud) -> Resource:
    """The endpoint that a deployment belongs to."""
    found = cloud.store.get(deployment.text.rsplit("/", 2)[0])
    if found is None:
        raise ArmError(404, "ParentResourceNotFound", f"The endpoint of '{deployment}' was not found.")
    return found
