"""Rule: storage is reached by identity, never by the account's key.

Why: the key opens everything in the account to whoever holds it, and no log says who that was.
Source: shared-key-authorization-prevent; Azure Policy 8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class SharedKeyAccess(Rule):
    id = "shared-key-access"
    kinds = ("storage:StorageAccount",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = "allowSharedKeyAccess"
        value = resource.get(path)
        if value is not False:
            todo = f"set platform.storage.datastore_access: identity in {declared.file}"
            yield from invalid(path, value, "it should be false", todo)
