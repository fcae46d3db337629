"""Blob containers as ARM resources; the container itself is Azurite's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..arm.errors import bad_request
from ..storage import blob_containers
from ..store import Resource
from .base import Call, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud


class BlobContainer(ResourceType):
    type = "Microsoft.Storage/storageAccounts/blobServices/containers"

    def admit(self, call: Call) -> None:
        if re.fullmatch(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]|\$root|\$web|\$logs", call.id.name) is None:
            raise bad_request(
                "ContainerInvalidName",
                f"The container name '{call.id.name}' is invalid: 3 to 63 lower-case letters, digits, hyphens.",
                target="name",
            )

    def compose(self, call: Call) -> Resource:
        before = call.existing.properties if call.existing else {}
        given = {k: v for k, v in (call.body.get("properties") or {}).items() if v is not None}
        fresh = blob_containers.properties(call.cloud)
        kept = {**fresh, **before, "lastModifiedTime": fresh["lastModifiedTime"]}
        return Resource(call.id, {"properties": {**kept, **given}})

    async def provision(self, cloud: Cloud, resource: Resource) -> Resource | None:
        await cloud.blobs.create_container(_account(resource), resource.id.name)
        return None

    async def retire(self, cloud: Cloud, resource: Resource) -> None:
        if cloud.accounts.get(_account(resource)) is not None:
            await cloud.blobs.delete_container(_account(resource), resource.id.name)


def _account(resource: Resource) -> str:
    return str(resource.id.segment("storageAccounts"))
