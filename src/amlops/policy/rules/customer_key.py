"""Rule: a workspace encrypts what it keeps with the company's own key.

Why: some data may only be stored where the company can end all access by withdrawing a key. Off unless policy.yaml asks
for it: Azure fixes it when the workspace is made, and it costs.
Source: concept-customer-managed-keys (`encryption.status`, `keyVaultProperties`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid, missing


class CustomerKey(Rule):
    id = "customer-key"
    kinds = ("machinelearningservices:Workspace",)
    severity = "off"

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        status = resource.get("encryption.status")
        if status != "Enabled":
            todo = "name a key of a vault; the workspace must be made anew"
            yield from invalid("encryption.status", status, "it should be Enabled", todo)
        elif not resource.get("encryption.keyVaultProperties.keyIdentifier"):
            yield from missing("encryption.keyVaultProperties.keyIdentifier", "it is a key's id", "add it")
