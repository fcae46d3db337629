"""What the official client says about a manifest it refuses, brought down to places and sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_DETAIL = re.compile(r"^\(x\)\s*(.+)$", re.MULTILINE)
_PLACED = re.compile(r"^(?P<loc>[A-Za-z_][\w.]*):\s+(?P<message>.+)$")


@dataclass(frozen=True, slots=True)
class Failure:
    """`loc` is the path of keys in the manifest, empty where the client names none."""

    loc: tuple[str, ...]
    message: str


def failure(error: BaseException) -> tuple[Failure, ...]:
    """All that the client said, once each. Schema errors carry their keys; other errors only text."""
    chain = list(_chain(error))
    for link in reversed(chain):
        messages = _messages(link)
        if messages:
            found = [Failure(loc, _sentence(text)) for loc, text in _flat(messages)]
            return tuple(dict.fromkeys(item for item in found if item.message))
    details = [item for link in chain for item in _DETAIL.findall(_COLOUR.sub("", str(link)))]
    texts = details or [str(chain[0]) or type(chain[0]).__name__]
    return tuple(dict.fromkeys(_placed(_sentence(_COLOUR.sub("", text))) for text in texts))


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    while link is not None:
        yield link
        link = link.__cause__ or link.__context__


def _messages(error: BaseException) -> Mapping[str, Any] | None:
    """The keyed messages of a marshmallow error; the client sometimes wraps them as JSON in a text."""
    messages = getattr(error, "messages", None)
    if isinstance(messages, Mapping):
        return messages
    if isinstance(messages, list) and len(messages) == 1 and isinstance(messages[0], str):
        text = messages[0]
        start, end = text.find("{"), text.rfind("}")
        try:
            loaded = json.loads(text[start : end + 1]) if 0 <= start < end else None
        except ValueError:
            return None
        return loaded if isinstance(loaded, Mapping) else None
    return None


def _flat(node: Any, loc: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            place = loc if key in ("_schema", "errors") else (*loc, str(key))
            yield from _flat(value, place)
    elif isinstance(node, list):
        for value in node:
            yield from _flat(value, loc)
    else:
        yield loc, str(node)


def _placed(text: str) -> Failure:
    match = _PLACED.match(text)
    return Failure(tuple(match["loc"].split(".")), match["message"]) if match else Failure((), text)


def _sentence(text: str) -> str:
    """One line without a full stop, so that it fits between a place and a rule."""
    return " ".join(text.split()).rstrip(". ")
