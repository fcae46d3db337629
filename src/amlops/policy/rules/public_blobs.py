"""Rule: no blob can be read without a credential.

Why: one container that somebody makes public shows its data to the world, and search engines find it.
Source: anonymous-read-access-prevent; Azure Policy 4fa4b6c0-31ca-4c0d-b10d-24b96f62a751.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class PublicBlobs(Rule):
    id = "public-blobs"
    kinds = ("storage:StorageAccount", "storage:BlobContainer", "machinelearningservices:Registry")

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        if resource.kind == "storage:BlobContainer":
            value = resource.get("publicAccess")
            if value not in (None, "None"):
                yield from invalid("publicAccess", value, "it should be None", "remove it")
            return
        path = "allowBlobPublicAccess"
        for value in [resource.get(path)] if resource.kind == "storage:StorageAccount" else _accounts(resource):
            if value is not False:
                yield from invalid(path, value, "it should be false", "set it")


def _accounts(registry: Resource) -> Iterator[object]:
    """What an ML registry says of the storage accounts that Azure makes for it, by region."""
    for region in registry.get("regionDetails") or ():
        for details in (region.get("storageAccountDetails") or ()) if isinstance(region, Mapping) else ():
            made = details.get("systemCreatedStorageAccount") if isinstance(details, Mapping) else None
            if isinstance(made, Mapping):
                yield made.get("allowBlobPublicAccess")
