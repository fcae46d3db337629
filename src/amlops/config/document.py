"""A YAML file with the line of each of its keys."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from .problems import ConfigError, Problem

_DATE = re.compile(r"\b(\d{4})-(\d\d?)-(\d\d?)\b")


@dataclass(frozen=True, slots=True)
class Document:
    """`data` is what the file says; `shown` is the path that messages use (relative to the repository)."""

    path: Path
    shown: Path
    data: Any
    text: str

    def line(self, loc: Sequence[int | str]) -> int:
        """The line of the deepest part of `loc` that the file has: that of its key or list item, else 1."""
        node, line = self.data, 1
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
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    shown = _shown(path, root)
    try:
        data = YAML(typ="rt").load(text)
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
    return Document(path, shown, data, text)


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
