"""Rule: what runs in a workspace reaches only what somebody approved.

Why: a job or a scoring script that may call any host can carry training data out, and takes in packages from anywhere.
Source: Azure Policy 6ddb1705-c8cf-450e-aa4b-19ad6703c440; how-to-managed-network.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_KEYS = {
    "Disabled": "disabled",
    "AllowInternetOutbound": "allow-internet-outbound",
    "AllowOnlyApprovedOutbound": "allow-only-approved-outbound",
}


class ManagedNetwork(Rule):
    id = "managed-network"
    kinds = ("machinelearningservices:Workspace",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = "managedNetwork.isolationMode"
        value = resource.get(path) or "Disabled"
        allowed = declared.settings.isolation
        if _KEYS.get(value) not in allowed:
            todo = f"set platform.workspace.managed_network in {declared.file}, Azure allows no step back"
            yield from invalid(path, value, f"available here are {', '.join(allowed)}", todo)
