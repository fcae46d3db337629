"""Rule: a cluster without work has no nodes.

Why: nodes that stand ready cost as if they worked.
Source: how-to-manage-optimize-cost (set the minimum of nodes to 0).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class IdleNodes(Rule):
    id = "idle-nodes"
    kinds = ("machinelearningservices:Compute",)
    severity = "warning"

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = "properties.properties.scaleSettings.minNodeCount"
        value = resource.number(path)
        if value:
            yield from invalid(path, int(value), "it should be 0", f"lower min_nodes in {declared.file}")
