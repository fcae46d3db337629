"""Every text in a manifest with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Loc = tuple[int | str, ...]


def texts(node: Any, loc: Loc = ()) -> Iterator[tuple[Loc, str]]:
    """Each string below `node` with the path of keys and positions that leads to it."""
    if isinstance(node, str):
        yield loc, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from texts(value, (*loc, str(key)))
    elif isinstance(node, list):
        for at, value in enumerate(node):
            yield from texts(value, (*loc, at))


def dotted(loc: Loc) -> str:
    return ".".join(str(part) for part in loc)
