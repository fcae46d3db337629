"""Rule: nobody logs in to nodes by SSH from outside.

Why: what is done by hand on a node stands in no commit; an open SSH port is scanned within minutes.
Source: how-to-create-attach-compute-cluster (SSH is fixed when the compute is made).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_PATHS = {
    "AmlCompute": "properties.properties.remoteLoginPortPublicAccess",
    "ComputeInstance": "properties.properties.sshSettings.sshPublicAccess",
}


class SshAccess(Rule):
    id = "ssh-access"
    kinds = ("machinelearningservices:Compute",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        kind = resource.text("properties.computeType")
        path = _PATHS.get(kind)
        value = resource.get(path) if path else "Disabled"
        # left out, an instance's port is closed and a cluster's is Azure's choice
        if path and value != "Disabled" and not (kind == "ComputeInstance" and value is None):
            yield from invalid(path, value, "it should be Disabled", "set it, it can't be changed later")
        if resource.get("properties.properties.userAccountCredentials") is not None:
            path = "properties.properties.userAccountCredentials"
            yield Violation(f"an administrator's login is set as {path}; nobody logs in to nodes; remove it")
