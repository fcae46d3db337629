"""A YAML file with the line of each of its keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from . import quick
from .problems import ConfigError, Problem

_DATE = re.compile(r"\b(\d{4})-(\d\d?)-(\d\d?)\b")


@dataclass(frozen=True)
class Document:
    """`data` is what the file says; `shown` is the path that messages use (relative to the repository)."""

    path: Path
    shown: Path
    data: dict[Any, Any]
    text: str

    @cached_property
    def placed(self) -> Any:
        """`data`, each map and list with the places of its keys (`lc`, as ruamel.yaml has it). Slow."""
        return _placed(self.text)

    def line(self, loc: Sequence[int | str]) -> int:
        """The line of the deepest part of `loc` that the file has: that of its key or list item, else 1."""
        node, line = self.placed, 1
        for part in loc:
            places = getattr(getattr(node, "lc", None), "data", None)
            if not has(node, part):
                continue
            if places and part in places:
                line = places[part][0] + 1
            node = node[part]
        return line

    def problem(self, loc: Sequence[int | str], message: str, rule: str) -> Problem:
        return Problem(self.shown, self.line(loc), message, rule)


def read_document(path: Path, *, root: Path | None = None) -> Document:
    """Reads one YAML document. Raises ConfigError for a missing file, bad YAML, doubled keys or anything but a map."""
    shown = _shown(path, root)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError([Problem(shown, 1, "there is no such file; create it", "missing-file")]) from None
    except (OSError, UnicodeDecodeError) as error:
        message = f"cannot be read ({error}); make it a readable UTF-8 file"
        raise ConfigError([Problem(shown, 1, message, "unreadable-file")]) from None
    return document_of(text, path, root=root)


def document_of(text: str, path: Path, *, root: Path | None = None) -> Document:
    """The document of a text that lies, or lay at some commit, at `path`. Raises ConfigError as `read_document`."""
    shown = _shown(path, root)
    try:
        return Document(path, shown, quick.load(text), text)
    except quick.NotPlain:
        return Document(path, shown, _read_slowly(text, shown), text)


def _read_slowly(text: str, shown: Path) -> dict[Any, Any]:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        data = _placed(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark
        what = (error.problem or str(error)).splitlines()[0]
        line = mark.line + 1 if mark else 1
        raise ConfigError([Problem(shown, line, f"is not valid YAML: {what}; correct it", "yaml")]) from None
    except YAMLError as error:
        what = str(error).splitlines()[0]
        raise ConfigError([Problem(shown, 1, f"is not valid YAML: {what}; correct it", "yaml")]) from None
    except ValueError as error:  # a day that no calendar has; the reader says neither which nor where
        line = _impossible_day(text)
        raise ConfigError([Problem(shown, line, f"is no date: {error}; correct it", "yaml")]) from None
    if not isinstance(data, Mapping):
        what = "is empty" if data is None else f"holds a {type(data).__name__}"
        raise ConfigError([Problem(shown, 1, f"{what}; write a map of keys to values", "yaml")])
    found: dict[Any, Any] = _plain(data)
    return found


def _placed(text: str) -> Any:
    from ruamel.yaml import YAML

    return YAML(typ="rt").load(text)


def _plain(node: Any) -> Any:
    """What the slow reader gave, without its own types."""
    if isinstance(node, Mapping):
        return {_plain(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    if isinstance(node, bool):
        return node
    return next((kind(node) for kind in (str, int, float) if isinstance(node, kind)), node)


def _impossible_day(text: str) -> int:
    """The line of the first date, without quotes, that does not exist; 1 where there is none."""
    for number, line in enumerate(text.splitlines(), 1):
        for year, month, day in _DATE.findall(line):
            try:
                date(int(year), int(month), int(day))
            except ValueError:
                return number
    return 1


def _shown(path: Path, root: Path | None) -> Path:
    if root is not None and path.is_relative_to(root):
        return path.relative_to(root)
    return path


def has(node: Any, part: int | str) -> bool:
    """Whether a map has the key or a list the index."""
    if isinstance(node, Mapping):
        return part in node
    if isinstance(node, Sequence) and not isinstance(node, str):
        return isinstance(part, int) and 0 <= part < len(node)
    return False
