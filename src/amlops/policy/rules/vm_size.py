"""Rule: clusters, instances and deployments use the kinds of machine that the company chose.

Why: a machine with eight GPUs costs as much a day as a small one a year, and quota is given by kind.
Source: policy.yaml (`sizes`).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_PATHS = {
    "machinelearningservices:Compute": "properties.properties.vmSize",
    "machinelearningservices:OnlineDeployment": "properties.instanceType",
}


class VmSize(Rule):
    id = "vm-size"
    kinds = tuple(_PATHS)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        allowed, path = declared.settings.sizes, _PATHS[resource.kind]
        value = resource.get(path)
        # Azure compares names of sizes without case
        if allowed is not None and value is not None and str(value).lower() not in map(str.lower, allowed):
            todo = "choose one of them, or add it to sizes in environments/policy.yaml"
            yield from invalid(path, value, f"available sizes are {', '.join(allowed)}", todo)
