"""Pages of what people write in YAML: every key with its type, what is allowed, and what it means."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from amlops.config import Closed, EnvironmentFile
from amlops.config.about import About
from amlops.config.loader import ABOUT_SCHEMA, ENVIRONMENT_SCHEMA

from .page import GENERATED, Page, code, table

Schema = Mapping[str, Any]

UNREAD = "Nothing reads it yet."
"""Ends the description of a key that is checked and has no effect so far."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a file. `path` has `<name>` where people choose the key; `model` is the type it belongs to.

    `when` is the `kind` of the map around it, for keys that only one kind has.
    """

    path: str
    type: str
    default: str | None
    meaning: str
    model: str
    when: str = ""

    @property
    def shown(self) -> str:
        return f"{code(self.path)} ({self.when})" if self.when else code(self.path)


def environment_page() -> Page:
    return _page(
        EnvironmentFile,
        f"""# Environment files

{GENERATED}

`environments/<name>.yaml`. The name is 1 to 12 lower-case letters and digits. The first line is
`# yaml-language-server: $schema={ENVIRONMENT_SCHEMA}`, so that editors complete the file. Other keys are refused.
What holds between keys stands in [the rules](rules.md).
""",
        "environment",
    )


def about_page() -> Page:
    return _page(
        About,
        f"""# About files

{GENERATED}

`deployments/<name>/about.yaml`. The name is lower-case letters, digits and single hyphens. The first line is
`# yaml-language-server: $schema={ABOUT_SCHEMA}`. Other keys are refused. The files that it names are
Azure ML CLI v2 YAML. What holds between keys stands in [the rules](rules.md).
""",
        "about",
    )


def _page(model: type[Closed], head: str, file: str) -> Page:
    lines, findings = described(model, file)
    return Page("\n".join([head, *lines]), findings)


def described(model: type[Closed], file: str) -> tuple[list[str], tuple[str, ...]]:
    """The table of a file's keys, and those that have no description. `file` is the type's module."""
    found = list(keys(model))
    rows = [(key.shown, key.type, key.default or "required", key.meaning) for key in found]
    lines = table(("key", "type", "default", "meaning"), rows)
    findings = tuple(
        f'src/amlops/config/{file}.py:1: "{key.path}" ({key.model}) has no description; '
        "write a docstring below the field [undescribed-key]"
        for key in found
        if not key.meaning
    )
    return lines, findings


def keys(model: type[Closed]) -> Iterator[Key]:
    """Every key of the file behind `model`, outer keys before the keys in them."""
    schema = model.model_json_schema()
    yield from _keys(schema, schema, "", "")


def _keys(root: Schema, node: Schema, prefix: str, note: str) -> Iterator[Key]:
    required = node.get("required", ())
    for name, field in node.get("properties", {}).items():
        shape = _shape(root, field)
        meaning = str(field.get("description") or shape.get("description") or "")
        inherited = UNREAD if meaning.endswith(UNREAD) else note
        if meaning and inherited and not meaning.endswith(inherited):
            meaning = f"{meaning} {inherited}"
        default = None if name in required else _default(field)
        yield Key(f"{prefix}{name}", _type(root, shape), default, meaning, str(node.get("title", "")))
        yield from _inside(root, shape, f"{prefix}{name}", inherited)


def _inside(root: Schema, shape: Schema, path: str, note: str) -> Iterator[Key]:
    for choice in shape.get("oneOf", ()):
        found = _shape(root, choice)
        kind = found["properties"]["kind"]["const"]
        for key in _keys(root, found, f"{path}.", note):
            yield key if key.path == f"{path}.kind" else replace(key, when=kind)
    yield from _keys(root, shape, f"{path}.", note)
    if shape.get("type") == "array":
        yield from _keys(root, _shape(root, shape["items"]), f"{path}[].", note)
    value = _map_value(shape)
    if value is not None:
        yield from _keys(root, _shape(root, value), f"{path}.<name>.", note)


def _shape(root: Schema, field: Schema) -> Schema:
    """The field's own schema: references followed, `null` (an absent key) left out."""
    for choice in field.get("anyOf", ()):
        if choice.get("type") != "null":
            return _shape(root, choice)
    if "$ref" in field:
        found: Schema = root["$defs"][field["$ref"].rsplit("/", 1)[-1]]
        return found
    return field


def _map_value(shape: Schema) -> Schema | None:
    """What the values of a map with free keys look like."""
    if shape.get("patternProperties"):
        return next(iter(shape["patternProperties"].values()))  # type: ignore[no-any-return]
    extra = shape.get("additionalProperties")
    return extra if isinstance(extra, Mapping) else None


def _type(root: Schema, shape: Schema) -> str:
    if "const" in shape:
        return code(shape["const"])
    if "enum" in shape:
        return "one of " + ", ".join(code(value) for value in shape["enum"])
    if "oneOf" in shape:
        return "map, by its `kind`"
    kind = shape.get("type")
    if kind == "array":
        least = f", at least {shape['minItems']}" if shape.get("minItems") else ""
        inner = _shape(root, shape["items"])
        return f"list of {'maps' if 'properties' in inner else _type(root, inner)}{least}"
    if kind == "object":
        value = _map_value(shape)
        if value is None:
            return "map"
        inner = _shape(root, value)
        return "map of maps" if "properties" in inner else f"map of {_type(root, inner)}"
    return {"string": "text", "boolean": "`true` or `false`"}.get(str(kind), str(kind)) + _limits(shape)


def _limits(shape: Schema) -> str:
    low, high = shape.get("minimum"), shape.get("maximum")
    found = []
    if low is not None and high is not None:
        found.append(f" {low} to {high}")
    elif low is not None:
        found.append(f" from {low}")
    if "exclusiveMinimum" in shape:
        found.append(f" above {shape['exclusiveMinimum']}")
    if "pattern" in shape:
        found.append(f" like {code(shape['pattern'])}")
    if "maxLength" in shape:
        found.append(f", at most {shape['maxLength']} characters")
    return "".join(found)


def _default(field: Schema) -> str:
    value = field.get("default")
    if value is None:
        return "`{}`" if field.get("type") == "object" else "absent"
    return code(json.dumps(value, ensure_ascii=False))
