"""Rule: what answers is a version that somebody chose.

Why: a serverless endpoint names a model without version and always serves the newest; Azure can't pin it, so answers
change with no commit. Watch it, and except it where that is accepted.
Source: how-to-deploy-models-serverless; `modelSettings.modelId` takes no version.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation


class ServerlessModel(Rule):
    id = "serverless-model"
    kinds = ("machinelearningservices:ServerlessEndpoint",)
    severity = "warning"

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        model = resource.text("properties.modelSettings.modelId") or "nothing"
        yield Violation(
            f'"{model}" is not pinned as properties.modelSettings.modelId; Azure serves the newest version; '
            "use a model of a registry, or except it and watch its evaluation"
        )
