"""Rule: who reads a key vault is decided by roles.

Why: access policies stand outside of role assignments: whoever may write the vault may give himself its secrets.
Source: Microsoft cloud security benchmark PA-7; key-vault rbac-guide.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class VaultRoles(Rule):
    id = "vault-roles"
    kinds = ("keyvault:Vault",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = "properties.enableRbacAuthorization"
        value = resource.get(path)
        if value is not True:
            yield from invalid(path, value, "it should be true", "set it and grant roles")
