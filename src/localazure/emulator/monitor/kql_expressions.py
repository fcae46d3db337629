"""Expressions of the query language: what stands behind `where` and in an aggregation, read into functions of a row.

A small part of Kusto's: comparisons, `in`, `between`, and, or, not, datetime(), ago(), now(), bin(), literals, columns.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ..arm.errors import ArmError, bad_request

Row = Mapping[str, Any]
Value = Callable[[Row], Any]
_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<span>\d+(?:\.\d+)?(?:d|h|m|s|ms)\b)"""
    r"""|(?P<number>-?\d+(?:\.\d+)?)(?!\.\d)|(?P<word>[A-Za-z_]\w*)|(?P<sign>\.\.|==|!=|=~|!~|<=|>=|<|>|=|\(|\)|,|-))"""
)
_DATETIME = re.compile(r"\s*\(\s*([^)]*)\)")
_SPANS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def not_understood(what: str) -> ArmError:
    """400, as the service answers what it can't parse."""
    return bad_request(
        "BadArgumentError",
        f"The local Azure does not understand {what}; it knows where, summarize, project, distinct, order by, top, "
        "take and count.",
    )


def no_column(name: str) -> ArmError:
    return bad_request(
        "BadArgumentError", f"Failed to resolve column or scalar expression named '{name}'.", target=name
    )


def _text(value: Any) -> str:
    return str(value).lower()


_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "=~": lambda a, b: _text(a) == _text(b),
    "!~": lambda a, b: _text(a) != _text(b),
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "contains": lambda a, b: _text(b) in _text(a),
    "startswith": lambda a, b: _text(a).startswith(_text(b)),
    "has": lambda a, b: re.search(rf"\b{re.escape(_text(b))}\b", _text(a)) is not None,
}


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str


class Reader:
    """Reads one stage of a query from its left to its right. `columns` are those that its rows have."""

    def __init__(self, text: str, columns: Mapping[str, str], now: datetime) -> None:
        self._text, self.columns, self._now = text, columns, now
        self._at = 0

    def peek(self) -> Token | None:
        found = _TOKEN.match(self._text, self._at)
        if found is None:
            if self._text[self._at :].strip():
                raise not_understood(f"'{self._text[self._at :].strip()}'")
            return None
        kind = str(found.lastgroup)
        return Token(kind, found[kind])

    def next(self) -> Token:
        """Raises ArmError 400 at the end."""
        token = self.peek()
        if token is None:
            raise not_understood(f"'{self._text.strip()}', which ends too early")
        found = _TOKEN.match(self._text, self._at)
        assert found is not None
        self._at = found.end()
        return token

    def take(self, *texts: str) -> bool:
        """Whether the next word or sign is one of these, and past it then. Words compare without case."""
        token = self.peek()
        if token is None or token.kind not in ("word", "sign") or token.text.lower() not in texts:
            return False
        self.next()
        return True

    def require(self, text: str) -> None:
        if not self.take(text):
            raise not_understood(f"'{self._text.strip()}': '{text}' is missing")

    def end(self) -> None:
        if (token := self.peek()) is not None:
            raise not_understood(f"'{token.text}' in '{self._text.strip()}'")

    # -- expressions -------------------------------------------------------------------------------------------------

    def condition(self) -> Value:
        """Conditions joined by `or`; `and` binds closer."""
        parts = [self._conjunction()]
        while self.take("or"):
            parts.append(self._conjunction())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def value(self) -> Value:
        """A literal, a time or a column."""
        token = self.next()
        if token.kind == "string":
            text = re.sub(r"\\(.)", r"\1", token.text[1:-1])
            return lambda row: text
        if token.kind == "number":
            number = float(token.text) if "." in token.text else int(token.text)
            return lambda row: number
        if token.kind == "span":
            span = self._span(token.text)
            return lambda row: span
        if token.kind == "word":
            return self._word(token.text)
        raise not_understood(f"'{token.text}' in '{self._text.strip()}'")

    def column(self) -> str:
        """The name of a column that is there. Raises ArmError 400."""
        name = self.next().text
        if name not in self.columns:
            raise no_column(name)
        return name

    def number(self) -> int:
        token = self.next()
        if not token.text.isdecimal():
            raise not_understood(f"'{token.text}' where a number is needed")
        return int(token.text)

    def _conjunction(self) -> Value:
        parts = [self._comparison()]
        while self.take("and"):
            parts.append(self._comparison())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _comparison(self) -> Value:
        if self.take("not"):
            self.require("(")
            inner = self.condition()
            self.require(")")
            return lambda row: not inner(row)
        if self.take("("):
            inner = self.condition()
            self.require(")")
            return inner
        left, token = self.value(), self.next()
        sign = token.text.lower()
        if sign == "in":
            wanted = self._listed()
            return lambda row: left(row) in [value(row) for value in wanted]
        if sign == "between":
            self.require("(")
            low = self.value()
            self.require("..")
            high = self.value()
            self.require(")")
            return lambda row: _known(left(row)) and low(row) <= left(row) <= high(row)
        if sign not in _COMPARISONS:
            raise not_understood(f"'{token.text}' in '{self._text.strip()}'")
        compare, right = _COMPARISONS[sign], self.value()
        return lambda row: _compared(compare, left(row), right(row))

    def _listed(self) -> list[Value]:
        self.require("(")
        found = [self.value()]
        while self.take(","):
            found.append(self.value())
        self.require(")")
        return found

    def _word(self, name: str) -> Value:
        low = name.lower()
        if low == "datetime":
            moment = self._datetime()
            return lambda row: moment
        if low == "now":
            self.require("(")
            self.require(")")
            return lambda row: self._now
        if low == "ago":
            self.require("(")
            back = self._now - self._span(self.next().text)
            self.require(")")
            return lambda row: back
        if low == "bin":
            return self.bin()
        if low in ("true", "false"):
            return lambda row: low == "true"
        if name not in self.columns:
            raise no_column(name)
        return lambda row: row[name]

    def bin(self) -> Value:
        """`bin(TimeGenerated, 1m)`, after its name."""
        self.require("(")
        inner = self.value()
        self.require(",")
        seconds = self._span(self.next().text).total_seconds()
        self.require(")")
        return lambda row: datetime.fromtimestamp(inner(row).timestamp() // seconds * seconds, UTC)

    def _datetime(self) -> datetime:
        found = _DATETIME.match(self._text, self._at)
        try:
            if found is None:
                raise ValueError
            self._at = found.end()
            moment = datetime.fromisoformat(found[1].strip().strip("\"'"))
        except ValueError as problem:
            raise not_understood(f"the time in '{self._text.strip()}'") from problem
        return moment.replace(tzinfo=moment.tzinfo or UTC)

    def _span(self, text: str) -> timedelta:
        matched = re.fullmatch(r"(\d+(?:\.\d+)?)(d|h|m|s|ms)", text)
        if matched is None:
            raise not_understood(f"'{text}' where a time as 5m is needed")
        return timedelta(seconds=float(matched[1]) * _SPANS[matched[2]])


def _known(value: Any) -> bool:
    return value is not None


def _compared(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    """null compares with nothing; values of different kinds are an error of whoever asks."""
    if left is None or right is None:
        return compare in (operator.ne,) and left is not right
    try:
        return bool(compare(left, right))
    except TypeError as problem:
        raise bad_request("BadArgumentError", f"'{left}' and '{right}' can't be compared.") from problem
