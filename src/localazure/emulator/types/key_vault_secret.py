"""Secrets of a vault through ARM: written, never answered. Reading a value is the vault's data plane (vault/)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..arm import names
from ..store import Body, Resource
from ..vault import versions
from .base import Call, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud


class KeyVaultSecret(ResourceType):
    type = versions.TYPE

    def admit(self, call: Call) -> None:
        names.check(versions.NAME, call.id, "1 to 127 letters, digits and hyphens")

    def compose(self, call: Call) -> Resource:
        """A new version. Without a value it has the one of before."""
        given: dict[str, Any] = {**(call.body.get("properties") or {}), "tags": call.body.get("tags") or {}}
        if call.existing is not None and not given.get("value"):
            given["value"] = versions.versions(call.existing)[-1].value
        return versions.with_new(call.existing, call.id, given, call.cloud.clock.now())

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        vault = cloud.store.get(resource.id.parent) if resource.id.parent else None
        uri = f"{vault.properties['vaultUri'] if vault else ''}secrets/{resource.id.name}"
        location = {"location": vault.body.get("location")} if vault else {}
        shown = resource.with_properties(secretUri=uri, secretUriWithVersion=f"{uri}/{resource.secret['version']}")
        return {**location, **shown.body}
