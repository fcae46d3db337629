"""Outputs of the SDK → the inputs that would give them: read-only properties go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.pulumi.rules.layout import ID_SETS
from localazure.pulumi.sdk.package import SdkModule
from localazure.pulumi.sdk.types import ListOf, MapOf, Named, OneOf, Shape, Type
from localazure.pulumi.shape.unions import choose


def project_shape(module: SdkModule, shape: Shape, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs that have an input of the same name, recursively."""
    return {
        field.name: _field(module, field.name, field.type, outputs[field.name])
        for field in shape.fields.values()
        if field.name in outputs
    }


def without_empty(value: Any) -> Any:
    """The value without empty objects and lists; None where nothing is left.

    An import would otherwise carry every empty collection of ARM's answer into the program.
    """
    if isinstance(value, Mapping):
        kept = {k: left for k, v in value.items() if (left := without_empty(v)) is not None}
        return kept or None
    if isinstance(value, list):
        items = [left for v in value if (left := without_empty(v)) is not None]
        return items or None
    return value


def _field(module: SdkModule, name: str, kind: Type, value: Any) -> Any:
    if name in ID_SETS and isinstance(value, Mapping):
        return sorted(value)
    return _value(module, kind, value)


def _value(module: SdkModule, kind: Type, value: Any) -> Any:
    if isinstance(kind, OneOf):
        chosen = choose(module, kind, value)
        return value if chosen is None else _value(module, chosen, value)
    if isinstance(kind, ListOf) and isinstance(value, list):
        return [_value(module, kind.item, item) for item in value]
    if isinstance(kind, MapOf) and isinstance(value, Mapping):
        return {key: _value(module, kind.item, item) for key, item in value.items()}
    if isinstance(kind, Named) and isinstance(value, Mapping):
        shape = module.shape(kind)
        return value if shape is None else project_shape(module, shape, value)
    return value
