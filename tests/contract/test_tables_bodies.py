"""What the SDKs serialise passes the tables; the same bodies made wrong in one place do not."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from localazure.emulator import tables
from localazure.emulator.tables.schema import Kind

from .tables_bodies import Example, examples

pytestmark = pytest.mark.spec_example

EXAMPLES = examples()
TABLES = tables.load()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.method} {e.path.rpartition('/providers/')[2]}")
def test_what_the_sdk_sends_is_taken(example: Example) -> None:
    """No field that an SDK serialises is refused, and nothing of it gets lost on the way in."""
    route = TABLES.match(example.method, example.path)
    assert route is not None
    assert TABLES.validate(route, example.body, example.method) == []
    assert TABLES.strip_read_only(route, example.body) == example.body
    if example.method == "PUT":
        assert TABLES.validate_path(route) == []


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda e: f"{e.method} {e.path.rpartition('/providers/')[2]}")
def test_one_thing_wrong_is_refused(example: Example) -> None:
    """Unknown keys, wrong types, values outside an enumeration and missing fields each give their problem."""
    route = TABLES.match(example.method, example.path)
    assert route is not None
    assert route.body_type is not None
    count = 0
    for where, code, body in mutants(route.body_type, example.body):
        found = TABLES.validate(route, body, example.method)
        assert (where, code) in [(p.path, p.code) for p in found], (where, code, found)
        count += 1
    assert count > 1


def mutants(body_type: str, body: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path of the problem, its code, the body with it), one for each place and way to be wrong."""
    table, _, name = body_type.partition("/")
    for path, kind, required in places(table, {"ref": name}, body, ()):
        at = ".".join(str(p) for p in path).replace(".[", "[")
        if isinstance(kind, dict) and ("ref" in kind or "object" in kind):
            yield (f"{at}.notThere" if at else "notThere", "UnknownProperty", put(body, (*path, "notThere"), 1))
        if not path:
            continue
        if isinstance(kind, dict) and ("enum" in kind or "const" in kind):
            yield at, "InvalidValue", put(body, path, "not-a-value")
        elif isinstance(kind, dict):
            yield at, "InvalidType", put(body, path, "text")
        elif kind in ("string", "integer", "number", "boolean", "duration"):
            yield at, "InvalidType", put(body, path, {"wrong": True})
        if required:
            yield at, "MissingProperty", drop(body, path)


def places(
    table: str, kind: Kind, value: Any, path: tuple[str, ...], required: bool = False
) -> Iterator[tuple[tuple[str, ...], Kind, bool]]:
    """Every place of a body with the type that the table gives for it."""
    yield path, kind, required
    if not isinstance(kind, dict):
        return
    if "map" in kind:
        for name, item in value.items():
            if kind["map"] != "string":
                yield from places(table, kind["map"], item, (*path, name))
    elif "ref" in kind or "object" in kind:
        schema = TABLES.schema(table)
        found = schema.resolve(kind["ref"], value) if "ref" in kind else kind["object"]
        for name, item in value.items():
            entry = found.fields[name.lower()]
            tag = "ref" in kind and name == schema.type(kind["ref"]).discriminator
            if entry.read_only:
                continue
            if tag:
                yield (*path, name), {"const": []}, True
            else:
                yield from places(table, entry.kind, item, (*path, name), entry.required)


def put(body: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    node: Any = changed
    for name in path[:-1]:
        node = node[name]
    node[path[-1]] = value
    return changed


def drop(body: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    node: Any = changed
    for name in path[:-1]:
        node = node[name]
    del node[path[-1]]
    return changed
