"""Closed, frozen types for what people write, and the messages for what doesn't fit them."""

from __future__ import annotations

import difflib
import types
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from .document import Document, has
from .problems import ConfigError, Problem


class Closed(BaseModel):
    """A map with exactly the keys of its type; frozen, and strict about the type of each value."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)


T = TypeVar("T", bound=Closed)

Loc = tuple[int | str, ...]


def parse(document: Document, model: type[T]) -> T:
    """The document as `model`. Raises ConfigError with every problem, each at the line that it is about."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise ConfigError([_problem(document, model, details) for details in _meant(error.errors())]) from None


def _meant(errors: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Without lists that are too short only because what stands in them is refused: that is told already."""
    for details in errors:
        loc = details["loc"]
        inside = any(other["loc"][: len(loc)] == loc and len(other["loc"]) > len(loc) for other in errors)
        if details["type"] != "too_short" or not inside:
            yield details


def _problem(document: Document, model: type[Closed], details: Mapping[str, Any]) -> Problem:
    loc = _in_document(document, details["loc"], details["type"])
    if details["type"] in ("union_tag_invalid", "union_tag_not_found"):
        loc += (details["ctx"]["discriminator"].strip("'"),)
    message, rule = _message(model, loc, details)
    return document.problem(loc, message, rule)


def _message(model: type[Closed], loc: Loc, details: Mapping[str, Any]) -> tuple[str, str]:
    kind, context = details["type"], details.get("ctx", {})
    where, value = path(loc), details.get("input")
    if kind == "missing":
        return f'"{where}" is missing; add it', "missing-key"
    if kind == "extra_forbidden":
        known = sorted(_keys(model, loc[:-1]))
        close = difflib.get_close_matches(str(loc[-1]), known, n=1)
        todo = f'did you mean "{close[0]}"?' if close else "remove it"
        return f'"{where}" is an unknown key; available keys are {", ".join(known)}; {todo}', "unknown-key"
    if kind == "literal_error":
        return _not_one_of(where, value, context["expected"].replace(" or ", ", "))
    if kind == "union_tag_invalid":
        return _not_one_of(where, context["tag"], context["expected_tags"])
    if kind == "union_tag_not_found":
        return f'"{where}" is missing; add it', "missing-key"
    if kind == "string_pattern_mismatch":
        return f'"{value}" is invalid as {where}; it must match {context["pattern"]}; rename it', "pattern"
    if kind == "value_error":
        return f'"{value}" is invalid as {where}: {context["error"]}', "value"
    said = details["msg"].removeprefix("Input should be ")
    shown = "nothing" if value is None else f'"{value}"' if isinstance(value, str | int | float) else "this"
    return f"{shown} is invalid as {where}; it should be {said}; correct it", _rule(kind)


def _not_one_of(where: str, value: Any, quoted: str) -> tuple[str, str]:
    allowed = ", ".join(word.strip().strip("'") for word in quoted.split(","))
    return f'"{value}" is invalid as {where}; available values are {allowed}; choose one of them', "value"


def _rule(kind: str) -> str:
    return "range" if kind.startswith(("greater", "less", "string_too", "too_")) else "type"


def path(loc: Loc) -> str:
    """("compute", "cpu", "max_nodes") as `compute.cpu.max_nodes`."""
    return ".".join(str(part) for part in loc) or "the file"


def _in_document(document: Document, loc: Loc, kind: str) -> Loc:
    """The loc without the marks that pydantic adds for unions and for keys of maps, which stand in no file."""
    node: Any = document.data
    kept: list[int | str] = []
    for at, part in enumerate(loc):
        last = at == len(loc) - 1
        if has(node, part):
            node = node[part]
        elif not (last and kind == "missing"):
            continue
        kept.append(part)
    return tuple(kept)


def _keys(model: type[Closed], loc: Loc) -> set[str]:
    found: list[type[Closed]] = [model]
    for part in loc:
        step: list[type[Closed]] = []
        for candidate in found:
            field = _fields(candidate).get(str(part))
            step.extend(_models(field.annotation) if field else ())
        found = step or found
    return {name for candidate in found for name in _fields(candidate)}


def _fields(model: type[Closed]) -> dict[str, FieldInfo]:
    """By the names that files have."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _models(annotation: Any) -> Iterator[type[Closed]]:
    if isinstance(annotation, type) and issubclass(annotation, Closed):
        yield annotation
    elif get_origin(annotation) in (Union, types.UnionType, dict, list, tuple) or get_args(annotation):
        for argument in get_args(annotation):
            yield from _models(argument)
