"""Rule: nodes of clusters and instances have no public address.

Why: a node with one can be reached, and reaches out, past the network that the workspace is in.
Source: how-to-secure-training-vnet (no public IP).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_PATHS = {"AmlCompute": "properties.properties.enableNodePublicIp"}
_PATHS["ComputeInstance"] = _PATHS["AmlCompute"]


class NodePublicIp(Rule):
    id = "node-public-ip"
    kinds = ("machinelearningservices:Compute",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = _PATHS.get(resource.text("properties.computeType"))
        value = resource.get(path) if path else False
        # Azure's default is a public address
        if path and value is not False:
            todo = f"set platform.network.public_access: false in {declared.file}"
            yield from invalid(path, value, "it should be false", todo)
