"""Rule: a key vault can't be deleted for good before its days are over.

Why: without purge protection one person ends every secret and key at once, and what they encrypted with them.
Source: Azure Policy 0b60c0b2-2dc2-4e1c-b5c9-abbed971de53; key-vault soft-delete-overview.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class PurgeProtection(Rule):
    id = "purge-protection"
    kinds = ("keyvault:Vault",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        if resource.get("properties.enableSoftDelete") is False:
            yield from invalid("properties.enableSoftDelete", False, "it should be true", "remove it")
        path = "properties.enablePurgeProtection"
        value = resource.get(path)
        if value is not True:
            todo = f"set platform.vault.purge_protection: true in {declared.file}"
            yield from invalid(path, value, "it should be true", todo)
