"""A secret of a vault and its versions, as they lie in the store: the newest one is what the resource shows.

Source: Key Vault REST 7.4, "Set Secret" and SecretBundle: times in seconds since the epoch.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import Any

from ..arm.ids import ArmId
from ..store import Body, Resource

TYPE = "Microsoft.KeyVault/vaults/secrets"
NAME = "[a-zA-Z0-9-]{1,127}"


@dataclass(frozen=True, slots=True)
class Version:
    """One version. `attributes` has enabled, created, updated, and exp and nbf where they were given."""

    id: str
    value: str
    attributes: Body
    content_type: str | None
    tags: Body


def versions(secret: Resource) -> list[Version]:
    """Oldest first."""
    kept = secret.secret.get("versions")
    if kept is None:  # written before there were several
        value = str((secret.secret.get("properties") or {}).get("value") or "")
        kept = {secret.secret["version"]: [value, secret.properties["attributes"], None, secret.body.get("tags") or {}]}
    return [Version(name, *entry) for name, entry in kept.items()]


def find(secret: Resource, version: str) -> Version | None:
    """By its id; the newest one for ""."""
    found = versions(secret)
    return found[-1] if not version else next((one for one in found if one.id == version.lower()), None)


def with_new(before: Resource | None, secret_id: ArmId, given: Body, now: float) -> Resource:
    """The secret with one more version. `given`: value, attributes, contentType, tags."""
    moment = int(now)
    attributes = {"enabled": True, **(given.get("attributes") or {}), "created": moment, "updated": moment}
    made = Version(
        uuid.uuid4().hex, str(given.get("value") or ""), attributes, given.get("contentType"), given.get("tags") or {}
    )
    return _resource(secret_id, [*(versions(before) if before else []), made])


def with_changed(secret: Resource, version: Version, given: Body, now: float) -> tuple[Resource, Version]:
    """The secret with other attributes, content type or tags of one version. Its value never changes."""
    changed = replace(
        version,
        attributes={**version.attributes, **(given.get("attributes") or {}), "updated": int(now)},
        content_type=given.get("contentType", version.content_type),
        tags=given.get("tags", version.tags) or {},
    )
    kept = [changed if one.id == version.id else one for one in versions(secret)]
    return _resource(secret.id, kept), changed


def _resource(secret_id: ArmId, kept: list[Version]) -> Resource:
    last = kept[-1]
    properties: dict[str, Any] = {"attributes": last.attributes}
    if last.content_type is not None:
        properties["contentType"] = last.content_type
    body: Body = {"properties": properties, **({"tags": last.tags} if last.tags else {})}
    entries = {one.id: [one.value, one.attributes, one.content_type, one.tags] for one in kept}
    return Resource(secret_id, body, {"version": last.id, "versions": entries})
