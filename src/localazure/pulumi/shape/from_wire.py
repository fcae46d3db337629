"""JSON from ARM → outputs of the SDK. What the SDK does not model is dropped, as by the vendor's plugin; nulls too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.pulumi.rules.layout import ON_TOP, flattened
from localazure.pulumi.rules.names import wire_name
from localazure.pulumi.sdk.package import SdkModule
from localazure.pulumi.sdk.types import ListOf, MapOf, Named, OneOf, Shape, Type
from localazure.pulumi.shape.unions import choose


def from_wire(module: SdkModule, kind: Type, value: Any) -> Any:
    """One value."""
    if isinstance(kind, OneOf):
        chosen = choose(module, kind, value)
        return without_nulls(value) if chosen is None else from_wire(module, chosen, value)
    if isinstance(kind, ListOf) and isinstance(value, list):
        return [from_wire(module, kind.item, item) for item in value]
    if isinstance(kind, MapOf) and isinstance(value, Mapping):
        return {key: from_wire(module, kind.item, item) for key, item in value.items() if item is not None}
    if isinstance(kind, Named) and isinstance(value, Mapping):
        shape = module.shape(kind)
        return without_nulls(value) if shape is None else _object(module, shape, value)
    return without_nulls(value)


def find(body: Mapping[str, Any], name: str) -> Any:
    """A property by its name on the wire, else by the same letters in another case. None where there is none."""
    if name in body:
        return body[name]
    wanted = name.replace("_", "").lower()
    return next((v for k, v in body.items() if k.replace("_", "").lower() == wanted), None)


def find_placed(body: Mapping[str, Any], name: str, *, under_properties: bool) -> Any:
    """A property from where it should stand, else from the other place."""
    bag = body.get("properties")
    bag = bag if isinstance(bag, Mapping) else {}
    first, second = (bag, body) if under_properties else (body, bag)
    value = find(first, name)
    return find(second, name) if value is None else value


def without_nulls(value: Any) -> Any:
    """The value without null properties: ARM uses null and absence alike."""
    if isinstance(value, Mapping):
        return {k: without_nulls(v) for k, v in value.items() if v is not None}
    if isinstance(value, list):
        return [without_nulls(v) for v in value]
    return value


def _object(module: SdkModule, shape: Shape, value: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    nested = flattened(module.name, shape.base)
    for field in shape.fields.values():
        name = wire_name(module.name, shape.base, field.name)
        read = find_placed(value, name, under_properties=field.name not in ON_TOP) if nested else find(value, name)
        if read is not None:
            result[field.name] = from_wire(module, field.type, read)
    return result
