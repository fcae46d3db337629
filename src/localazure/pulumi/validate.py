"""Are inputs of the types that the SDK declares? All problems at once, each with its path.

Stricter than the vendor's plugin, which drops unknown keys silently: a key that does not reach ARM is a mistake.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localazure.pulumi.property_path import Path
from localazure.pulumi.sdk.package import SdkModule
from localazure.pulumi.sdk.types import Choices, ListOf, MapOf, Named, OneOf, Plain, Shape, Type
from localazure.pulumi.shape.unions import choose, discriminators
from localazure.pulumi.values import UNKNOWN

_FITS: dict[str, tuple[type, ...]] = {"string": (str,), "boolean": (bool,), "number": (int, float), "integer": (int,)}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the inputs."""

    path: Path
    reason: str


def check_shape(module: SdkModule, shape: Shape, value: Mapping[str, Any], path: Path = ()) -> Iterator[Problem]:
    """Problems of an object: missing properties, unknown keys, wrong types below."""
    for field in shape.fields.values():
        if field.required and field.name not in value:
            yield Problem((*path, field.name), f"missing required property '{field.name}' of {shape.base}")
    for key, item in value.items():
        known = shape.fields.get(key)
        if known is None:
            yield Problem((*path, key), f"unknown property '{key}' of {shape.base}{_suggestion(key, shape.fields)}")
        else:
            yield from check_value(module, known.type, item, (*path, key))


def check_value(module: SdkModule, kind: Type, value: Any, path: Path) -> Iterator[Problem]:
    """Problems of one value."""
    if value is UNKNOWN or (isinstance(kind, Plain) and kind.kind == "any"):
        return
    if isinstance(kind, Plain):
        if not isinstance(value, _FITS[kind.kind]) or (isinstance(value, bool) and kind.kind != "boolean"):
            yield Problem(path, f"should be of type '{kind.kind}' but is {_describe(value)}")
    elif isinstance(kind, ListOf):
        yield from _check_list(module, kind, value, path)
    elif isinstance(kind, MapOf):
        if not isinstance(value, Mapping):
            yield Problem(path, f"should be an object but is {_describe(value)}")
        else:
            for key, item in value.items():
                yield from check_value(module, kind.item, item, (*path, key))
    elif isinstance(kind, OneOf):
        yield from _check_union(module, kind, value, path)
    else:
        yield from _check_named(module, kind, value, path)


def _check_list(module: SdkModule, kind: ListOf, value: Any, path: Path) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(path, f"should be an array but is {_describe(value)}")
        return
    for index, item in enumerate(value):
        yield from check_value(module, kind.item, item, (*path, index))


def _check_union(module: SdkModule, kind: OneOf, value: Any, path: Path) -> Iterator[Problem]:
    marks = discriminators(module, kind)
    if isinstance(value, Mapping) and any(value.get(name) is UNKNOWN for name in marks):
        return
    chosen = choose(module, kind, value)
    if chosen is not None:
        yield from check_value(module, chosen, value, path)
        return
    if not isinstance(value, Mapping):
        yield Problem(path, f"should be an object but is {_describe(value)}")
        return
    for name, allowed in marks.items():
        twin = _same_letters(name, value)
        missing = f"is missing, '{twin}' is written so" if twin else "is missing"
        given = f"is {value[name]!r}" if name in value else missing
        yield Problem((*path, name), f"'{name}' {given}; allowed values are {', '.join(sorted(set(allowed)))}")


def _check_named(module: SdkModule, kind: Named, value: Any, path: Path) -> Iterator[Problem]:
    found = module.named(kind)
    if isinstance(found, Choices):
        if str(value) not in found.values:
            yield Problem(path, f"{value!r} is no {found.name}; allowed values are {', '.join(found.values)}")
    elif found is not None:
        if not isinstance(value, Mapping):
            yield Problem(path, f"should be an object but is {_describe(value)}")
        else:
            yield from check_shape(module, found, value, path)


def _suggestion(key: str, known: Iterable[str]) -> str:
    """` (did you mean …)`, snake_case included: dictionaries below a union reach the provider as they were written."""
    same = _same_letters(key, known)
    close = [same] if same else difflib.get_close_matches(key, list(known), n=1)
    return f"; did you mean '{close[0]}'?" if close else ""


def _same_letters(key: str, known: Iterable[str]) -> str | None:
    letters = {name.replace("_", "").lower(): name for name in known}
    return letters.get(key.replace("_", "").lower())


def _describe(value: Any) -> str:
    if isinstance(value, bool):
        return f"the boolean {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the string '{value}'"
    return "an array" if isinstance(value, list) else "an object"
