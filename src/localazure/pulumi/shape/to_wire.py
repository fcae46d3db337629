"""Inputs of the SDK → JSON for ARM."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.pulumi.rules.layout import ID_SETS, ON_TOP, flattened
from localazure.pulumi.rules.names import wire_name
from localazure.pulumi.sdk.package import SdkModule
from localazure.pulumi.sdk.types import ListOf, MapOf, Named, OneOf, Shape, Type
from localazure.pulumi.shape.unions import choose


def to_wire(module: SdkModule, kind: Type, value: Any) -> Any:
    """One value. What the SDK does not model goes as it is."""
    if isinstance(kind, OneOf):
        chosen = choose(module, kind, value)
        return value if chosen is None else to_wire(module, chosen, value)
    if isinstance(kind, ListOf) and isinstance(value, list):
        return [to_wire(module, kind.item, item) for item in value]
    if isinstance(kind, MapOf) and isinstance(value, Mapping):
        return {key: to_wire(module, kind.item, item) for key, item in value.items()}
    if isinstance(kind, Named) and isinstance(value, Mapping):
        shape = module.shape(kind)
        return dict(value) if shape is None else _object(module, shape, value)
    return value


def field_to_wire(module: SdkModule, name: str, kind: Type, value: Any) -> Any:
    """One property's value; a set of ids becomes a map."""
    if name in ID_SETS and isinstance(value, list):
        return {item: {} for item in value}
    return to_wire(module, kind, value)


def _object(module: SdkModule, shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    nested = flattened(module.name, shape.base)
    for field in shape.fields.values():
        if field.name in value:
            under = nested and field.name not in ON_TOP
            place = result.setdefault("properties", {}) if under else result
            name = wire_name(module.name, shape.base, field.name)
            place[name] = field_to_wire(module, field.name, field.type, value[field.name])
    return result
