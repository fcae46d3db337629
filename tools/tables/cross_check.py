"""Patterns that only an older generation of the same SDK carries, laid over the newer tables.

The newer SDK dropped name patterns and value bounds; the service did not. A rule is taken over only where route or
field is the same in both.
"""

from __future__ import annotations

import re
from typing import Any

Json = dict[str, Any]

VALUE_RULES = frozenset(
    {"pattern", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems"}
)


def add_path_rules(routes: list[Json], older: list[Json]) -> None:
    """Name patterns, matched by method and position in the URL."""
    known = {(r["method"], _shape(r["template"])): r for r in older}
    for route in routes:
        other = known.get((route["method"], _shape(route["template"])))
        if other is None:
            continue
        names = dict(zip(_parameters(other["template"]), _parameters(route["template"]), strict=True))
        rules = {names[name]: rule for name, rule in other.get("pathRules", {}).items()}
        merged = {**rules, **route.get("pathRules", {})}
        if merged:
            route["pathRules"] = merged


def add_value_rules(types: dict[str, Json], older: dict[str, Json]) -> None:
    """Bounds and patterns of fields that both generations have."""
    for name, entry in types.items():
        for wire, field in entry["fields"].items():
            before = older.get(name, {}).get("fields", {}).get(wire, {})
            field.update({rule: value for rule, value in before.items() if rule in VALUE_RULES and rule not in field})


def _shape(template: str) -> str:
    return re.sub(r"\{\w+\}", "{}", template).lower()


def _parameters(template: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", template)
