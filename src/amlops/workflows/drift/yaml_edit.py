"""Changes one value of a YAML file that people write and leaves every other character as it is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from amlops.config.document import document_of
from amlops.errors import AmlopsError

_FLOW_EMPTY = re.compile(r"\{\s*\}")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*\Z")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})


def with_value(text: str, shown: Path, keys: Sequence[str], value: str | int | float | bool) -> str:
    """The text with `value` at these keys; a last key that is missing is added below its map.

    Raises AmlopsError (exit code 2) where that needs more than one line: write it by hand then.
    """
    document = document_of(text, shown)
    changed = _changed(text, document.placed, keys, _scalar(value))
    if changed is None or document_of(changed, shown).data != _wanted(document.data, keys, value):
        raise AmlopsError(f"{shown}: {'.'.join(keys)} can't be set to {value} here; write it by hand", exit_code=2)
    return changed


def _wanted(data: Any, keys: Sequence[str], value: Any) -> Any:
    """The data that the change is meant to give; its maps are there, as the text could be changed."""
    node = wanted = deepcopy(data)
    for key in keys[:-1]:
        node = node[key]
    node[keys[-1]] = value
    return wanted


def _changed(text: str, data: Any, keys: Sequence[str], scalar: str) -> str | None:
    node = data
    for key in keys[:-1]:
        if not _is_map(node) or key not in node:
            return None
        parent, node = node, node[key]
    if not _is_map(node):
        return None
    lines = text.splitlines(keepends=True)
    if keys[-1] in node:
        if isinstance(node[keys[-1]], Mapping | list):
            return None
        line, column = node.lc.value(keys[-1])
        lines[line] = _replaced(lines[line], column, scalar)
        return "".join(lines)
    if len(keys) < 2:
        return None
    line, column = parent.lc.key(keys[-2])
    indent = " " * (node.lc.key(next(iter(node)))[1] if node else column + 2)
    if not node:
        if not _FLOW_EMPTY.search(lines[line]):
            return None
        lines[line] = _FLOW_EMPTY.sub("", lines[line], count=1).rstrip() + "\n"
    lines.insert(line + 1, f"{indent}{keys[-1]}: {scalar}\n")
    return "".join(lines)


def _replaced(line: str, column: int, scalar: str) -> str:
    """The line with another scalar at this column; what follows, a comment say, stays."""
    rest = line[column:]
    quoted = re.match(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*'", rest)
    length = quoted.end() if quoted else len(re.split(r"\s+#|[,}\]\n]", rest, maxsplit=1)[0].rstrip())
    return line[:column] + scalar + rest[length:]


def _scalar(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if _PLAIN.match(value) and value.lower() not in _WORDS:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_map(node: Any) -> bool:
    return isinstance(node, Mapping)
