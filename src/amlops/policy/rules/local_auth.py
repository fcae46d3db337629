"""Rule: compute takes no local users, only Microsoft Entra ID.

Why: a local user outlives the person's account, and no sign-in log tells of him.
Source: Azure Policy e96a9a5f-07ca-471b-9bc5-6a0f33cbd68f.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class LocalAuth(Rule):
    id = "local-auth"
    kinds = ("machinelearningservices:Compute",)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = "properties.disableLocalAuth"
        value = resource.get(path)
        if resource.text("properties.computeType") in ("AmlCompute", "ComputeInstance") and value is not True:
            yield from invalid(path, value, "it should be true", "set it")
