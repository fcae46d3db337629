"""Checks a body against the type that the tables give for its route.

Every problem is reported, not only the first. What the tables don't know (conditional requirements, defaults,
immutability) belongs to the resource type.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from .errors import ArmError, bad_request

if TYPE_CHECKING:
    from ..tables.schema import Field, Kind, Schema, Type

DURATION = re.compile(
    r"[+-]?P(?!$)(\d+(\.\d+)?Y)?(\d+(\.\d+)?M)?(\d+(\.\d+)?W)?(\d+(\.\d+)?D)?"
    r"(T(?=\d)(\d+(\.\d+)?H)?(\d+(\.\d+)?M)?(\d+(\.\d+)?S)?)?"
)
DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:?\d\d)?")
DATE = re.compile(r"\d{4}-\d\d-\d\d.*")

Check = Callable[[Any], bool]


class Mode(Enum):
    """What a body is: that decides what must be there and which fields count."""

    WHOLE = "whole"  # PUT, POST: everything required must be there, read-only input is not looked at
    MERGE = "merge"  # PATCH: nothing is required
    ANSWER = "answer"  # what the service answers: read-only fields count, write-only ones must not be there


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a request."""

    path: str  # dotted wire path, "" for the body itself
    code: str  # UnknownProperty MissingProperty InvalidType InvalidValue SecretShown
    message: str


def refused(problems: Sequence[Problem]) -> ArmError:
    """The 400 that names every problem: the first in the message, all in `details`.

    Source: ARM answers a body that it can't read with `InvalidRequestContent`.
    """
    first = problems[0]
    more = f" ({len(problems) - 1} more in details)" if len(problems) > 1 else ""
    details = [{"code": p.code, "message": p.message, "target": p.path} for p in problems]
    return bad_request(
        "InvalidRequestContent",
        f"The request content was invalid and could not be deserialized: '{first.message}'{more}",
        target=first.path,
        details=details,
    )


def problems(schema: Schema, name: str, body: Any, mode: Mode = Mode.WHOLE) -> list[Problem]:
    """What is wrong with a body of the named type."""
    return list(_check(schema, {"ref": name}, body, "", mode))


# -- checking ----------------------------------------------------------------------------------------------------------


def _integer(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()


def _matches(pattern: re.Pattern[str]) -> Check:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


WORDS: Mapping[str, tuple[str, Check]] = {
    "any": ("anything", lambda value: True),
    "string": ("a string", lambda value: isinstance(value, str)),
    "integer": ("an integer", _integer),
    "number": ("a number", lambda value: isinstance(value, int | float) and not isinstance(value, bool)),
    "boolean": ("true or false", lambda value: isinstance(value, bool)),
    "base64": ("a base64 string", lambda value: isinstance(value, str)),
    "time": ("a time", lambda value: isinstance(value, str)),
    "date": ("a date (ISO 8601)", _matches(DATE)),
    "date-time": ("a date and time (ISO 8601)", _matches(DATE_TIME)),
    "duration": ("a duration (ISO 8601, for example PT5S)", _matches(DURATION)),
}


def _check(schema: Schema, kind: Kind, value: Any, at: str, mode: Mode) -> Iterator[Problem]:
    if value is None:
        return
    if isinstance(kind, str):
        wanted, check = WORDS[kind]
        if not check(value):
            yield _type_problem(at, wanted, value)
    elif "ref" in kind:
        yield from _check_object(schema, kind["ref"], value, at, mode)
    elif "object" in kind:
        yield from _check_fields(schema, kind["object"], value, at, mode)
    elif "array" in kind:
        if not isinstance(value, list):
            yield _type_problem(at, "an array", value)
            return
        for index, item in enumerate(value):
            yield from _check(schema, kind["array"], item, f"{at}[{index}]", mode)
    elif "map" in kind:
        if not isinstance(value, dict):
            yield _type_problem(at, "an object", value)
            return
        for name, item in value.items():
            if not (kind["map"] == "string" and _scalar(item)):
                yield from _check(schema, kind["map"], item, _join(at, name), mode)
    elif "enum" in kind:
        yield from _check_enum(schema, kind["enum"], value, at)
    elif "const" in kind:
        if str(value).lower() not in {str(allowed).lower() for allowed in kind["const"]}:
            yield _value_problem(at, value, [str(allowed) for allowed in kind["const"]])
    elif "union" in kind:
        branches = [list(_check(schema, branch, value, at, mode)) for branch in kind["union"]]
        if all(branches):
            yield from min(branches, key=len)


def _check_object(schema: Schema, name: str, value: Any, at: str, mode: Mode) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield _type_problem(at, "an object", value)
        return
    found = schema.resolve(name, value)
    if found.discriminator and found.name not in found.subtypes.values():
        tag = next((v for k, v in value.items() if k.lower() == found.discriminator.lower()), None)
        where = _join(at, found.discriminator)
        if tag is not None:
            yield _value_problem(where, tag, found.values)
            return
        if mode is Mode.WHOLE:
            message = f"Required property '{where}' is missing; it says which kind of '{at or name}' this is"
            yield Problem(where, "MissingProperty", f"{message}: {_list(found.values)}.")
            return
    yield from _check_fields(schema, found, value, at, mode)


def _check_fields(schema: Schema, found: Type, value: Any, at: str, mode: Mode) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield _type_problem(at, "an object", value)
        return
    given = set()
    for name, item in value.items():
        where = _join(at, name)
        entry = found.fields.get(name.lower())
        if entry is None:
            if not found.open:
                yield Problem(where, "UnknownProperty", _unknown(name, found, where))
        elif mode is Mode.ANSWER and entry.write_only and item is not None:
            yield Problem(where, "SecretShown", f"'{where}' is write-only and must not be answered.")
        elif mode is Mode.ANSWER or not entry.read_only:
            if item is not None:
                given.add(name.lower())
            yield from _check(schema, entry.kind, item, where, mode)
            yield from _check_rules(entry, item, where)
    if mode is Mode.WHOLE:
        for name, entry in found.fields.items():
            if entry.required and not entry.read_only and name not in given:
                where = _join(at, entry.name)
                yield Problem(where, "MissingProperty", f"Required property '{where}' is missing.")


def _check_enum(schema: Schema, name: str, value: Any, at: str) -> Iterator[Problem]:
    if isinstance(value, dict | list | bool):
        yield _type_problem(at, "a string", value)
    elif schema.spelling(name, str(value)) is None:
        yield _value_problem(at, value, schema.enum(name))


def _check_rules(entry: Field, value: Any, at: str) -> Iterator[Problem]:
    rules = entry.rules
    if not rules or value is None:
        return
    if isinstance(value, str):
        yield from text_problems(rules, value, at)
    elif isinstance(value, list) and len(value) < rules.get("minItems", 0):
        yield Problem(at, "InvalidValue", f"'{at}' has {len(value)} items; at least {rules['minItems']} are needed.")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        low, high = rules.get("minimum"), rules.get("maximum")
        above, below = rules.get("exclusiveMinimum"), rules.get("exclusiveMaximum")
        if (low is not None and value < low) or (above is not None and value <= above):
            yield Problem(at, "InvalidValue", f"'{at}' is {value}; it must be {_bound('>', low, above)}.")
        if (high is not None and value > high) or (below is not None and value >= below):
            yield Problem(at, "InvalidValue", f"'{at}' is {value}; it must be {_bound('<', high, below)}.")


def text_problems(rules: Mapping[str, Any], value: str, at: str) -> Iterator[Problem]:
    """Length and pattern of a string. Patterns search, as JSON Schema's do."""
    shortest, longest = rules.get("minLength", 0), rules.get("maxLength")
    if len(value) < shortest or (longest is not None and len(value) > longest):
        span = f"{shortest} to {longest}" if longest is not None else f"at least {shortest}"
        yield Problem(at, "InvalidValue", f"'{at}' has {len(value)} characters; {span} are allowed.")
    elif "pattern" in rules and not re.search(rules["pattern"], value):
        yield Problem(at, "InvalidValue", f"'{at}' is '{value}'; it must match {rules['pattern']}.")


def _bound(sign: str, inclusive: Any, exclusive: Any) -> str:
    return f"{sign}= {inclusive}" if inclusive is not None else f"{sign} {exclusive}"


def _type_problem(at: str, wanted: str, value: Any) -> Problem:
    names = {str: "a string", bool: "a boolean", list: "an array", dict: "an object"}
    got = names.get(type(value), "a number")
    return Problem(at, "InvalidType", f"'{at}' is {got}; it must be {wanted}.")


def _value_problem(at: str, value: Any, allowed: Sequence[str]) -> Problem:
    return Problem(at, "InvalidValue", f"'{at}' is '{value}'; allowed values: {_list(allowed)}.")


def _unknown(name: str, found: Type, where: str) -> str:
    known = sorted(entry.name for entry in found.fields.values() if not entry.read_only)
    of = f" of type '{found.name}'" if found.name else ""
    return f"Could not find member '{name}' on object{of}. Path '{where}'; known: {_list(known)}."


def _list(values: Sequence[str]) -> str:
    return ", ".join(values)


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _scalar(value: Any) -> bool:
    return isinstance(value, bool | int | float)
