"""Rule: storage survives what the company said it must survive.

Why: models, data and logs of a workspace lie in one account; with copies in one building they go with the building.
Source: storage-redundancy; policy.yaml (`redundancy`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class StorageRedundancy(Rule):
    id = "storage-redundancy"
    kinds = ("storage:StorageAccount",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        value = resource.text("sku.name")
        allowed = declared.settings.redundancy
        if value.rpartition("_")[2].lower() not in allowed:
            todo = f"set platform.storage.redundancy in {declared.file}"
            yield from invalid("sku.name", value or None, f"available here are {', '.join(allowed)}", todo)
