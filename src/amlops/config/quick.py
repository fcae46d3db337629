"""YAML at the speed of libyaml, for who reads thousands of files and needs the line of nothing that is in order.

It reads plainly written files only, and means by them what `read_document` means (YAML 1.2). Anything else - a tag, an
anchor, a merge, a doubled key, a number that YAML 1.1 and 1.2 read differently - it leaves to `read_document`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import yaml

from .document import Document, document_of
from .problems import ConfigError

T = TypeVar("T")

_NULL, _BOOL = frozenset({"", "~", "null", "Null", "NULL"}), {"true": True, "false": False}
_INTEGER, _FLOAT = re.compile(r"^(0|-?[1-9][0-9]*)$"), re.compile(r"^-?(0|[1-9][0-9]*)\.[0-9]+$")
_WORDS, _NOT_WORDS = re.compile(r"^[A-Za-z]"), frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_ID = re.compile(r"^(?!0[box])[0-9a-z]*[a-df-npqr-wyz][0-9a-z]*$")
"""Digits and letters with a letter that no number has."""
_SPECIAL = re.compile(r"(^|[\s\[{,])([!&*]|<<\s*:)", re.MULTILINE)
"""A tag, an anchor, an alias, a merge; in a text or comment perhaps, which then is read slowly."""


class _Unplain(Exception):
    """This has to be read slowly."""


class _Loader(yaml.CSafeLoader):
    """It resolves no tags: what a plain scalar is, is decided here."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc]  # PyYAML reads it of the class


def checked(text: str, path: Path, parse: Callable[[Document], T], *, root: Path | None = None) -> T:
    """What `parse` makes of the text; read slowly, with lines, where it is not plain or not in order.

    Raises ConfigError as `parse` does.
    """
    try:
        return parse(Document(path, path.relative_to(root) if root else path, _load(text), text))
    except (_Unplain, ConfigError):
        return parse(document_of(text, path, root=root))


def _load(text: str) -> dict[str, Any]:
    if _SPECIAL.search(text):
        raise _Unplain
    try:
        node = yaml.compose(text, Loader=_Loader)
        found = _value(node)
    except (yaml.YAMLError, ValueError):
        raise _Unplain from None
    if not isinstance(found, dict):
        raise _Unplain
    return found


def _value(node: yaml.Node | None) -> Any:
    kind = type(node)
    if kind is yaml.ScalarNode:
        return _scalar(node)  # type: ignore[arg-type]
    if kind is yaml.SequenceNode:
        return [_value(item) for item in node.value]  # type: ignore[union-attr]
    if kind is not yaml.MappingNode:
        raise _Unplain
    found: dict[Any, Any] = {}
    for key_node, value_node in node.value:  # type: ignore[union-attr]
        if type(key_node) is not yaml.ScalarNode:
            raise _Unplain
        key = _scalar(key_node)
        if key in found:
            raise _Unplain
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
    if (_WORDS.match(text) and text.lower() not in _NOT_WORDS) or _ID.match(text):
        return text
    raise _Unplain
