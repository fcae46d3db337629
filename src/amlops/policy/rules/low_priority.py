"""Rule: no work depends on machines that Azure may take back.

Why: a low-priority node goes away with thirty seconds' notice; Azure ends low-priority machines for batch work besides.
Source: how-to-manage-optimize-cost (low-priority); Azure/EOL 2026-03-31.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class LowPriority(Rule):
    id = "low-priority"
    kinds = ("machinelearningservices:Compute",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = "properties.properties.vmPriority"
        value = resource.get(path)
        if str(value).lower() == "lowpriority":
            todo = f"set priority: dedicated for this cluster in {declared.file}"
            yield from invalid(path, value, "it should be Dedicated", todo)
