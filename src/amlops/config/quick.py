"""Plainly written YAML at the speed of libyaml, without places.

It means what the slow reader of `document` means (YAML 1.2), and leaves the rest to it: a tag, an anchor, a merge, a
doubled key, a number that YAML 1.1 and 1.2 read differently, whatever is no map.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, ClassVar

import yaml

_NULL, _BOOL = frozenset({"", "~", "null", "Null", "NULL"}), {"true": True, "false": False}
_INTEGER, _FLOAT = re.compile(r"^(0|-?[1-9][0-9]*)$"), re.compile(r"^-?(0|[1-9][0-9]*)\.[0-9]+$")
_WORDS = re.compile(r"^([A-Za-z/$]|\./)")
_NOT_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_ID = re.compile(r"^(?!0[box])[0-9a-z]*[a-df-npqr-wyz][0-9a-z]*$")
"""Digits and letters with a letter that no number has."""
_GUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
_DATE = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_SPECIAL = re.compile(r"(^|[\s\[{,])([!&*]|<<\s*:)", re.MULTILINE)
"""A tag, an anchor, an alias, a merge; in a text or comment perhaps, which then is read slowly."""


class NotPlain(Exception):
    """This has to be read slowly."""


class _Loader(yaml.CSafeLoader):
    """It resolves no tags: what a plain scalar is, is decided here."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]  # PyYAML reads it of the class


def load(text: str) -> dict[Any, Any]:
    """The map that the text is. Raises NotPlain for what has to be read slowly, broken YAML included."""
    if _SPECIAL.search(text):
        raise NotPlain
    try:
        node = yaml.compose(text, Loader=_Loader)
        found = _value(node)
    except (yaml.YAMLError, ValueError):
        raise NotPlain from None
    if not isinstance(found, dict):
        raise NotPlain
    return found


def _value(node: yaml.Node | None) -> Any:
    kind = type(node)
    if kind is yaml.ScalarNode:
        return _scalar(node)  # type: ignore[arg-type]
    if kind is yaml.SequenceNode:
        return [_value(item) for item in node.value]  # type: ignore[union-attr]
    if kind is not yaml.MappingNode:
        raise NotPlain
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:  # type: ignore[union-attr]
        if type(key_node) is not yaml.ScalarNode:
            raise NotPlain
        key = _scalar(key_node)
        if key in found:
            raise NotPlain
        found[key] = _value(value_node)
    return found


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style:
        return text
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _INTEGER.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    if _DATE.match(text):
        return date.fromisoformat(text)
    if (_WORDS.match(text) and text.lower() not in _NOT_WORDS) or _ID.match(text) or _GUID.match(text):
        return text
    raise NotPlain
