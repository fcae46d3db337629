"""Models of the newer generator: `_RestField` descriptors with annotations, visibility and `__mapping__`."""

from __future__ import annotations

import collections.abc
import datetime
import decimal
import enum
import inspect
import sys
import types
import typing
from types import ModuleType
from typing import Any

Json = dict[str, Any]

WORDS: dict[Any, str] = {
    str: "string",
    int: "integer",
    float: "number",
    decimal.Decimal: "number",
    bool: "boolean",
    bytes: "base64",
    datetime.datetime: "date-time",
    datetime.date: "date",
    datetime.time: "time",
    datetime.timedelta: "duration",
    typing.Any: "any",
    object: "any",
}


def is_model(value: type) -> bool:
    return hasattr(value, "_attr_to_rest_field") or hasattr(value, "_calculated")


def read(model: Any, module: ModuleType) -> Json:
    """One class as a type; a subclass's field replaces its base's."""
    fields: dict[str, Json] = {}
    discriminator = None
    for base in reversed(model.__mro__):
        names = _names(base, module)
        for attribute, descriptor in list(vars(base).items()):
            if type(descriptor).__name__ == "_RestField":
                wire = descriptor._rest_name_input or attribute
                fields[wire] = _field(base.__annotations__.get(attribute, Any), descriptor, names)
                if descriptor._is_discriminator:
                    discriminator = wire
    result: Json = {"fields": fields}
    mapping = vars(model).get("__mapping__") or {}
    subtypes = {str(getattr(k, "value", k)): v.__name__ for k, v in mapping.items() if issubclass(v, model)}
    if discriminator and subtypes:
        result["discriminator"] = {"field": discriminator, "types": subtypes}
    return result


def _names(base: type, module: ModuleType) -> dict[str, Any]:
    """What the annotations of a class can mean."""
    home = vars(sys.modules[base.__module__])
    return {**vars(typing), **home, "_models": module, "_types": home.get("_types", module)}


def _field(annotation: Any, descriptor: Any, names: dict[str, Any]) -> Json:
    kind, optional = _kind(annotation, names)
    if descriptor._format == "unix-timestamp":
        kind = "integer"
    elif descriptor._format == "rfc7231":
        kind = "string"
    field: Json = {"type": kind}
    visibility = descriptor._visibility
    if visibility == ["read"]:
        return field | {"readOnly": True}
    if not optional:
        field["required"] = True
    if visibility and "read" not in visibility:
        field["writeOnly"] = True
    if visibility and "create" in visibility and "update" not in visibility:
        field["createOnly"] = True
    return field


def _kind(annotation: Any, names: dict[str, Any]) -> tuple[Any, bool]:
    """The neutral type, and whether None is allowed."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        annotation = eval(annotation, dict(names))  # noqa: S307 (annotations of an installed SDK)
        return _kind(annotation, names)
    if annotation in WORDS:
        return WORDS[annotation], False
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (typing.Union, types.UnionType):
        return _union([a for a in arguments if a is not type(None)], names), type(None) in arguments
    if origin is typing.Literal:
        return {"const": [getattr(a, "value", a) for a in arguments]}, False
    if origin in (list, collections.abc.Sequence):
        return {"array": _kind(arguments[0], names)[0]}, False
    if origin in (dict, collections.abc.Mapping, collections.abc.MutableMapping):
        return {"map": _kind(arguments[1], names)[0]}, False
    if inspect.isclass(annotation) and issubclass(annotation, enum.Enum):
        return {"enum": annotation.__name__}, False
    if inspect.isclass(annotation) and is_model(annotation):
        return {"ref": annotation.__name__}, False
    if annotation in (dict, collections.abc.MutableMapping):
        return "any", False
    raise TypeError(f"no neutral type for {annotation!r}")


def _union(arguments: list[Any], names: dict[str, Any]) -> Any:
    """`Union[str, Enum]` is the enumeration: the SDK's way to write one that may grow."""
    kinds = [_kind(a, names)[0] for a in arguments]
    enums = [k for k in kinds if isinstance(k, dict) and "enum" in k]
    if enums and "string" in kinds:
        return enums[0]
    return kinds[0] if len(kinds) == 1 else {"union": kinds}
