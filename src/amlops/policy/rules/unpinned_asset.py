"""Rule: a deployment names versions of its model, environment and code.

Why: a label such as latest moves, so the same commit would run something else tomorrow, also in a rollback.
Source: how-to-manage-models (`@latest`); docs/adr/0003.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_PATHS = {
    "machinelearningservices:OnlineDeployment": (
        "properties.model",
        "properties.environmentId",
        "properties.codeConfiguration.codeId",
    ),
    "machinelearningservices:BatchDeployment": (
        "properties.model.assetId",
        "properties.environmentId",
        "properties.codeConfiguration.codeId",
    ),
}
_PINNED = re.compile(r".+/versions/(?!latest$)[^/]+|azureml:[^:@/]+:(?!latest$)[^:@/]+", re.IGNORECASE)


class UnpinnedAsset(Rule):
    id = "unpinned-asset"
    kinds = tuple(_PATHS)

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        for path in _PATHS[resource.kind]:
            value = resource.get(path)
            if isinstance(value, str) and not _PINNED.fullmatch(value):
                yield from invalid(path, value, "it should name a version", "make a release, which pins it")
