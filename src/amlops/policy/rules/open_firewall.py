"""Rule: a firewall that is not named lets nobody through.

Why: `Allow` as the default action opens storage, vault or images to every network, whatever the rules beside it say.
Source: Microsoft cloud security benchmark NS-2; storage-network-security.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_PATHS = {
    "storage:StorageAccount": "networkRuleSet.defaultAction",
    "keyvault:Vault": "properties.networkAcls.defaultAction",
    "containerregistry:Registry": "networkRuleSet.defaultAction",
}


class OpenFirewall(Rule):
    id = "open-firewall"
    kinds = tuple(_PATHS)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = _PATHS[resource.kind]
        value = resource.get(path)
        # without rules a container registry's firewall is its public access
        if value is None and resource.kind == "containerregistry:Registry":
            return
        if value != "Deny":
            todo = f"set platform.network.public_access: false in {declared.file}"
            yield from invalid(path, value, "it should be Deny", todo)
