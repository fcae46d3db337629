"""Models of the older generator: `_attribute_map`, `_validation`, `_subtype_map`; enumerations hide in docstrings."""

from __future__ import annotations

import inspect
import re
from typing import Any

Json = dict[str, Any]

WORDS = {
    "str": "string",
    "int": "integer",
    "long": "integer",
    "float": "number",
    "decimal": "number",
    "bool": "boolean",
    "object": "any",
    "JSON": "any",
    "iso-8601": "date-time",
    "rfc-1123": "string",
    "unix-time": "integer",
    "duration": "duration",
    "date": "date",
    "time": "time",
    "base64": "base64",
    "bytearray": "base64",
}
RULES = {
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
    "minimum": "minimum",
    "maximum": "maximum",
    "minimum_ex": "exclusiveMinimum",
    "maximum_ex": "exclusiveMaximum",
    "min_items": "minItems",
    "max_items": "maxItems",
    "unique": "uniqueItems",
}


def is_model(value: type) -> bool:
    return hasattr(value, "_attribute_map")


def read(model: Any, enums: dict[str, list[str]]) -> Json:
    """One class as a type. Dotted keys (`properties.x`) are flattened models: they become inline objects again."""
    result: Json = {"fields": {}}
    documentation = "\n".join(inspect.getdoc(base) or "" for base in model.__mro__ if is_model(base))
    for attribute, entry in model._attribute_map.items():
        if attribute == "additional_properties" and entry["key"] == "":
            result["open"] = True
            continue
        validation = model._validation.get(attribute, {})
        field = _field(attribute, entry["type"], validation, documentation, enums, getattr(model, attribute, None))
        *parents, last = [part.replace("\\.", ".") for part in re.split(r"(?<!\\)\.", entry["key"])]
        node = result
        for parent in parents:
            inner = node["fields"].setdefault(parent, {"type": {"object": {"fields": {}}}})
            if field.get("required"):
                inner["required"] = True
            node = inner["type"]["object"]
        node["fields"][last] = field
        if attribute in getattr(model, "_subtype_map", {}):
            result["discriminator"] = {"field": last, "types": dict(model._subtype_map[attribute])}
    return result


def _field(
    attribute: str, text: str, validation: Json, documentation: str, enums: dict[str, list[str]], constant: Any
) -> Json:
    kind: Any = _kind(text, enums)
    if kind in ("string", {"array": "string"}):
        pattern = rf":(?:vartype|paramtype) {re.escape(attribute)}:\s*(?:list\[)?str\s+or\s+~([\w.]+)"
        documented = re.search(pattern, documentation)
        name = documented.group(1).rstrip(".").rsplit(".", 1)[-1] if documented else ""
        if name in enums:
            kind = {"enum": name} if kind == "string" else {"array": {"enum": name}}
    field: Json = {"type": {"const": [constant]} if validation.get("constant") else kind}
    if validation.get("readonly"):
        field["readOnly"] = True
    elif validation.get("required"):
        field["required"] = True
    return field | {name: validation[rule] for rule, name in RULES.items() if rule in validation}


def _kind(text: str, enums: dict[str, list[str]]) -> Any:
    if text[0] == "[":
        return {"array": _kind(text[1:-1], enums)}
    if text[0] == "{":
        return {"map": _kind(text[1:-1], enums)}
    return WORDS.get(text) or ({"enum": text} if text in enums else {"ref": text})
