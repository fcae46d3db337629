"""Container registries. They hold no images: what would build or pull one runs from a conda file's lock instead."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .. import private_link
from ..arm import managed_identity, names
from ..arm.errors import bad_request
from ..settings import DOMAIN
from ..store import Body, Resource
from .base import Action, Call, Reply, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud

NAME = "[a-zA-Z0-9]{5,50}"
_STORAGE_GIB = {"Basic": 10, "Standard": 100, "Premium": 500}  # included; source: ACR service tiers


class ContainerRegistry(ResourceType):
    type = "Microsoft.ContainerRegistry/registries"

    def admit(self, call: Call) -> None:
        names.check(NAME, call.id, "5 to 50 letters and digits")
        if names.holder(call.cloud.store, call.id) is not None:
            raise names.taken("AlreadyInUse", f"The registry DNS name {_server(call.id.name)} is already in use.")
        given = call.body.get("properties") or {}
        premium = str((call.body.get("sku") or {}).get("name", "")).lower() == "premium"
        for name, plain in (
            ("zoneRedundancy", "Disabled"),
            ("publicNetworkAccess", "Enabled"),
            ("dataEndpointEnabled", False),
        ):
            if not premium and given.get(name, plain) != plain:
                raise bad_request(
                    "FeatureNotSupported",
                    f"'properties.{name}' = {given[name]!r} needs the Premium sku.",
                    target=f"properties.{name}",
                )

    def compose(self, call: Call) -> Resource:
        before = call.existing
        sku = call.body.get("sku") or {}
        properties = {
            "adminUserEnabled": False,
            "anonymousPullEnabled": False,
            "dataEndpointEnabled": False,
            "networkRuleBypassOptions": "AzureServices",
            "publicNetworkAccess": "Enabled",
            "zoneRedundancy": "Disabled",
            **(call.body.get("properties") or {}),
            "loginServer": _server(call.id.name),
            "creationDate": (before.properties if before else {}).get("creationDate") or call.cloud.clock.iso(),
        }
        body = {
            **managed_identity.of(call),
            "sku": {"name": sku.get("name"), "tier": sku.get("name")},
            "properties": properties,
        }
        return Resource(
            call.id, body, dict(before.secret) if before else {"password": _password(), "password2": _password()}
        )

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        return private_link.with_connections(cloud.store, resource).body

    def actions(self) -> Mapping[str, Action]:
        return {
            "POST listCredentials": _list,
            "POST regenerateCredential": _regenerate,
            "GET listUsages": _usages,
        }


def _server(name: str) -> str:
    return f"{name.lower()}.azurecr.{DOMAIN}"


def _password() -> str:
    return secrets.token_urlsafe(39)


async def _list(call: Call) -> Reply:
    assert call.existing is not None
    return Reply(200, _credentials(call.existing))


async def _regenerate(call: Call) -> Reply:
    assert call.existing is not None
    _credentials(call.existing)
    which = str(call.body.get("name"))
    secret = {**call.existing.secret, which: _password()}
    return Reply(200, _credentials(call.cloud.store.put(Resource(call.existing.id, call.existing.body, secret))))


async def _usages(call: Call) -> Reply:
    assert call.existing is not None
    limit = _STORAGE_GIB[str(call.existing.body["sku"]["name"])] * 2**30
    return Reply(200, {"value": [{"name": "Size", "limit": limit, "currentValue": 0, "unit": "Bytes"}]})


def _credentials(registry: Resource) -> Body:
    if not registry.properties.get("adminUserEnabled"):
        raise bad_request(
            "UnauthorizedAdminUser", f"The admin user of '{registry.id.name}' is disabled; enable adminUserEnabled."
        )
    passwords = [{"name": name, "value": registry.secret[name]} for name in ("password", "password2")]
    return {"username": registry.id.name, "passwords": passwords}
