"""Secrets of a vault through ARM: written, never answered. Reading a value is the vault's data plane."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from ..arm import names
from ..store import Body, Resource
from .base import Call, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud


class KeyVaultSecret(ResourceType):
    type = "Microsoft.KeyVault/vaults/secrets"

    def admit(self, call: Call) -> None:
        names.check("[a-zA-Z0-9-]{1,127}", call.id, "1 to 127 letters, digits and hyphens")

    def compose(self, call: Call) -> Resource:
        given: dict[str, Any] = dict(call.body.get("properties") or {})
        before = call.existing
        old = dict(before.secret) if before else {}
        value = given.pop("value", None) or (old.get("properties") or {}).get("value")
        now = int(call.cloud.clock.now())
        created = (before.properties if before else {}).get("attributes", {}).get("created", now)
        attributes = {"enabled": True, **(given.get("attributes") or {}), "created": created, "updated": now}
        secret = {"properties": {"value": value}, "version": uuid.uuid4().hex}
        return Resource(call.id, {**call.body, "properties": {**given, "attributes": attributes}}, secret)

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        vault = cloud.store.get(resource.id.parent) if resource.id.parent else None
        uri = f"{vault.properties['vaultUri'] if vault else ''}secrets/{resource.id.name}"
        location = {"location": vault.body.get("location")} if vault else {}
        shown = resource.with_properties(secretUri=uri, secretUriWithVersion=f"{uri}/{resource.secret['version']}")
        return {**location, **shown.body}
