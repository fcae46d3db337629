"""Marks secret properties, so that the engine stores them encrypted and shows `[secret]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.pulumi.resource_type import ResourceType
from localazure.pulumi.rules.functions import SECRET_ACTIONS
from localazure.pulumi.rules.secrets import SECRET_RESULTS, SECRETS
from localazure.pulumi.values import UNKNOWN, Secret


def mark_secrets(kind: ResourceType, values: Mapping[str, Any]) -> dict[str, Any]:
    """Inputs or outputs of a resource with its secret properties marked."""
    marked = dict(values)
    for path in SECRETS.get(kind.key, ()):
        marked = _mark(marked, path.split("."))
    return marked


def mark_results(action: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Results of an action with keys and tokens marked."""
    if action not in SECRET_ACTIONS:
        return dict(values)
    return {name: Secret(value) if name in SECRET_RESULTS else value for name, value in values.items()}


def _mark(values: Mapping[str, Any], path: list[str]) -> dict[str, Any]:
    result = dict(values)
    head, rest = path[0], path[1:]
    value = result.get(head)
    if value is None or value is UNKNOWN or isinstance(value, Secret):
        return result
    if not rest:
        result[head] = Secret(value)
    elif isinstance(value, Mapping):
        result[head] = _mark(value, rest)
    return result
