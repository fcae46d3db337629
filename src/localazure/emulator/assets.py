"""What models, code, data, environments and components have in common, in workspaces and in registries.

A container holds the versions of one name and is made by its first version. A version is immutable but for its
description, tags, properties and archiving. The types themselves stand in types/, a kind of asset a file.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from .arm.errors import bad_request, conflict, not_found
from .arm.ids import ArmId
from .pending_uploads import start_pending_upload
from .storage.blob_places import ML
from .store import Body, Resource
from .types.base import Action, Call, ResourceType

if TYPE_CHECKING:
    from .cloud import Cloud

# What may change. Source: the service's own words for data versions ("Only tags, description, and isArchived can be
# updated"); the table marks `stage` and `properties` as changeable too (visibility "update").
_CHANGEABLE = frozenset(
    {"description", "tags", "properties", "isArchived", "stage", "autoDeleteSetting", "provisioningState"}
)


class AssetContainer(ResourceType):
    """All versions of one name. `latestVersion` was made last, `nextVersion` is one more than the highest number."""

    def compose(self, call: Call) -> Resource:
        composed = super().compose(call)
        return composed.with_properties(isArchived=bool(composed.properties.get("isArchived", False)))

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        versions = sorted(cloud.store.children(resource.id, f"{resource.type}/versions"), key=_made)
        numbers = [int(version.id.name) for version in versions if version.id.name.isdecimal()]
        shown = resource.with_properties(nextVersion=str(max(numbers, default=0) + 1))
        if versions:
            shown = shown.with_properties(latestVersion=versions[-1].id.name)
        return shown.body

    def listed(self, call: Call, found: list[Resource]) -> list[Resource]:
        return [resource for resource in found if _viewed(call, resource)]


class AssetVersion(ResourceType):
    """One version of an asset. `noun` is how the service calls it in its messages."""

    noun: ClassVar[str]
    implicit_parent: ClassVar[bool] = True  # a version makes its container
    uploads: ClassVar[bool] = False  # whether the table has startPendingUpload for it

    def admit(self, call: Call) -> None:
        _require_holder(call)
        if call.existing is None:
            self.check(call)
            return
        before, after = call.existing.properties, _properties(call.body)
        changed = [
            name
            for name, value in after.items()
            if name not in _CHANGEABLE
            and value is not None
            and value != before.get(name)
            and not _absent_default(name, value, before)
        ]
        if changed:
            raise conflict(
                "UserError",
                f"A {self.noun} with this name and version already exists. If you are trying to create a new "
                f"{self.noun}, use a different name or version. If you are trying to update an existing {self.noun}, "
                f"the existing asset's {', '.join(changed)} cannot be changed. Only tags, description, properties, and "
                "isArchived can be updated.",
                target=changed[0],
            )

    def check(self, call: Call) -> None:
        """Rules on a new version's properties; raises ArmError."""

    def compose(self, call: Call) -> Resource:
        """What an update leaves out of the immutable part stays; what it leaves out of the rest goes."""
        given = {name: value for name, value in _properties(call.body).items() if value is not None}
        if call.existing is not None:
            kept = {name: value for name, value in call.existing.properties.items() if name not in _CHANGEABLE}
            given = {**kept, **{name: value for name, value in given.items() if name in _CHANGEABLE}}
            stage = call.existing.properties.get("stage")
            given = {**({"stage": stage} if stage is not None else {}), **given}
        defaults: Body = {"isAnonymous": False, "isArchived": False, "description": None, "tags": {}, "properties": {}}
        body = {**call.body, "properties": {**defaults, **self.defaults(call), **given}}
        _ensure_container(call)
        return replace(super().compose(call), body=body)

    def defaults(self, call: Call) -> Body:
        """What the service fills in."""
        return {}

    def listed(self, call: Call, found: list[Resource]) -> list[Resource]:
        """Newest first, unless `$orderBy` says `createdtime asc`. A name without versions has an empty list."""
        _require_holder(call)
        query = {name.lower(): value for name, value in call.query.items()}
        chosen = [resource for resource in found if _viewed(call, resource) and _matches(query, resource)]
        order = query.get("$orderby", "createdtime desc").lower()
        if not re.fullmatch(r"(createdtime|modifiedtime)( asc| desc)?", order):
            raise bad_request(
                "UserError", f"'$orderBy={order}': use createdtime or modifiedtime, asc or desc.", target="$orderBy"
            )
        chosen.sort(key=_changed if order.startswith("modified") else _made, reverse=not order.endswith("asc"))
        return chosen

    def actions(self) -> dict[str, Action]:
        return {"POST startPendingUpload": start_pending_upload} if self.uploads else {}


class InRegistry(ResourceType):
    """Of an asset in a registry: the service answers its id as `azureml://registries/…`, through ARM too.

    Source: azure-sdk-for-net issue 46046; azure-ai-ml, constants/_common.py REGISTRY_VERSION_PATTERN.
    """

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        below = re.split(r"/registries/", resource.id.text, maxsplit=1, flags=re.IGNORECASE)[-1]
        return {**super().show(cloud, resource), "id": f"azureml://registries/{below}"}


def _require_holder(call: Call) -> None:
    """The workspace or registry must be there; ARM's own check stops at an implicit parent. Raises ArmError 404."""
    found = re.match(r".*/(?:workspaces|registries)/[^/]+", call.id.text, re.IGNORECASE)
    if found is not None and call.cloud.store.get(found.group(0)) is None:
        raise not_found(found.group(0))


def _ensure_container(call: Call) -> None:
    store, container = call.cloud.store, ArmId(call.id.text.rstrip("/").rsplit("/", 2)[0])
    if store.get(container) is not None:
        return
    now, who = call.cloud.clock.iso(), call.principal.object_id
    signed = {"createdBy": who, "createdByType": "Application", "createdAt": now}
    changed = {"lastModifiedBy": who, "lastModifiedByType": "Application", "lastModifiedAt": now}
    properties: Body = {
        "description": None,
        "tags": {},
        "properties": {},
        "isArchived": False,
    }
    if container.type in (f"{ML}/workspaces/data", f"{ML}/registries/data"):  # the one container without a state
        properties["dataType"] = _properties(call.body)["dataType"]
    else:
        properties["provisioningState"] = "Succeeded"
    store.put(Resource(container, {"properties": properties, "systemData": {**signed, **changed}}))


def _absent_default(name: str, value: Any, before: Body) -> bool:
    """Whether a client only spells out what the service would have said anyway."""
    return name not in before and value in (False, {}, [], "")


def _properties(body: Body) -> Body:
    found = body.get("properties")
    return found if isinstance(found, dict) else {}


def _viewed(call: Call, resource: Resource) -> bool:
    """`listViewType`: ActiveOnly (the default), ArchivedOnly or All.

    azure-ai-ml sends a registry the enumeration's own name, `ListViewType.ACTIVE_ONLY`.
    """
    wanted = next((value for name, value in call.query.items() if name.lower() == "listviewtype"), "ActiveOnly")
    plain = wanted.rpartition(".")[2].replace("_", "").lower()
    archived = bool(resource.properties.get("isArchived"))
    choices = {"activeonly": not archived, "archivedonly": archived, "all": True}
    if plain not in choices:
        raise bad_request(
            "UserError", f"'listViewType={wanted}': use ActiveOnly, ArchivedOnly or All.", target="listViewType"
        )
    return choices[plain]


def _matches(query: dict[str, str], resource: Resource) -> bool:
    """The other filters that the tables know: hash, version, stage, description, tags, properties."""
    properties = resource.properties
    own: dict[str, Any] = properties.get("properties") or {}
    expected = {
        "hash": own.get("hash_sha256"),
        "hashversion": own.get("hash_version"),
        "version": resource.id.name,
        "stage": properties.get("stage"),
        "description": properties.get("description"),
    }
    plain = all(str(value) == query[name] for name, value in expected.items() if name in query)
    tags, facts = properties.get("tags") or {}, own
    return (
        plain and _has(tags, query.get("tags") or query.get("$tags", "")) and _has(facts, query.get("properties", ""))
    )


def _has(found: dict[str, Any], wanted: str) -> bool:
    """`name`, or `name=value`, several joined by commas."""
    for one in filter(None, wanted.split(",")):
        name, given, value = one.partition("=")
        if name not in found or (given and str(found[name]) != value):
            return False
    return True


def _made(resource: Resource) -> tuple[str, str]:
    return str((resource.body.get("systemData") or {}).get("createdAt", "")), resource.id.name.zfill(20)


def _changed(resource: Resource) -> tuple[str, str]:
    return str((resource.body.get("systemData") or {}).get("lastModifiedAt", "")), resource.id.name.zfill(20)
