"""A body brought into the service's own form, and taken apart into what is answered and what never is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .schema import Kind, Schema, Type


def accepted(schema: Schema, name: str, body: Any, *, drop_null: bool) -> Any:
    """The body as the service reads it.

    Read-only input is dropped, names and enumeration values get the table's spelling, scalars in a map of strings
    become strings. `drop_null` also drops properties that are null: in a PUT they say nothing, in a PATCH they erase.
    """
    return _accept(schema, {"ref": name}, body, drop_null)


def without(schema: Schema, name: str, body: Any, flag: str) -> tuple[Any, dict[str, Any]]:
    """The body without fields of a flag (`write_only`), and those alone in the same nesting.

    Flagged fields inside arrays stay in the array's copy on both sides, so that positions keep their meaning.
    """
    return _split(schema, {"ref": name}, body, flag)


def _accept(schema: Schema, kind: Kind, value: Any, drop_null: bool) -> Any:
    if value is None or isinstance(kind, str):
        return value
    if "enum" in kind:
        return (schema.spelling(kind["enum"], value) or value) if isinstance(value, str) else value
    if "array" in kind and isinstance(value, list):
        return [_accept(schema, kind["array"], item, drop_null) for item in value]
    if "map" in kind and isinstance(value, dict):
        if kind["map"] == "string":
            return {name: _text(item) if isinstance(item, bool | int | float) else item for name, item in value.items()}
        return {name: _accept(schema, kind["map"], item, drop_null) for name, item in value.items()}
    found = _object(schema, kind, value)
    if found is None:
        return value
    result = {}
    for name, item in value.items():
        entry = found.fields.get(name.lower())
        if entry is None:
            result[name] = item
        elif not entry.read_only and not (item is None and drop_null):
            result[entry.name] = _accept(schema, entry.kind, item, drop_null)
    return result


def _split(schema: Schema, kind: Kind, value: Any, flag: str) -> tuple[Any, dict[str, Any]]:
    found = _object(schema, kind, value)
    if isinstance(kind, Mapping) and "map" in kind and isinstance(value, dict):
        parts = {name: _split(schema, kind["map"], item, flag) for name, item in value.items()}
        return {n: rest for n, (rest, _) in parts.items()}, {n: taken for n, (_, taken) in parts.items() if taken}
    if found is None:
        return value, {}
    rest: dict[str, Any] = {}
    taken: dict[str, Any] = {}
    for name, item in value.items():
        entry = found.fields.get(name.lower())
        if entry is not None and getattr(entry, flag):
            taken[name] = item
            continue
        rest[name], inner = _split(schema, entry.kind, item, flag) if entry is not None else (item, {})
        if inner:
            taken[name] = inner
    return rest, taken


def _object(schema: Schema, kind: Kind, value: Any) -> Type | None:
    """The type of a value that is an object with known fields, else None."""
    if isinstance(kind, str) or not isinstance(value, dict):
        return None
    if "ref" in kind:
        return schema.resolve(kind["ref"], value)
    return kind.get("object")


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
