"""Inputs → the outputs that a preview can promise: what the inputs say is known, everything else is unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.pulumi.sdk.package import SdkModule
from localazure.pulumi.sdk.types import ListOf, MapOf, Named, OneOf, Plain, Shape, Type
from localazure.pulumi.values import UNKNOWN

_PYTHON: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int, float),
    "number": (int, float),
    "boolean": (bool,),
}


def preview_shape(module: SdkModule, shape: Shape, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Every output of a class, from the inputs of the same names."""
    return {
        field.name: field.constant or _value(module, field.type, inputs.get(field.name, UNKNOWN))
        for field in shape.fields.values()
    }


def _value(module: SdkModule, kind: Type, value: Any) -> Any:
    if value is UNKNOWN:
        return UNKNOWN
    if isinstance(kind, Plain):
        return value if kind.kind == "any" or isinstance(value, _PYTHON[kind.kind]) else UNKNOWN
    if isinstance(kind, OneOf):
        return value
    if isinstance(kind, ListOf) and isinstance(value, list):
        return [_value(module, kind.item, item) for item in value]
    if isinstance(kind, MapOf) and isinstance(value, Mapping):
        return {key: _value(module, kind.item, item) for key, item in value.items()}
    if isinstance(kind, Named):
        shape = module.shape(kind)
        if shape is None:
            return value
        return preview_shape(module, shape, value) if isinstance(value, Mapping) else UNKNOWN
    return UNKNOWN
