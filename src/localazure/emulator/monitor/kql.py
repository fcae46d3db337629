"""A small part of the Kusto query language: a table, then stages joined by `|`.

Enough to count and look at requests; whatever else is asked is refused with 400, never answered wrongly. Source: Kusto
Query Language reference, tabular operators.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean
from typing import Any

from .kql_expressions import Reader, Value, no_column, not_understood

Aggregation = Callable[[list[dict[str, Any]]], Any]


@dataclass(frozen=True, slots=True)
class Table:
    """`columns` maps names to types (string, int, long, real, datetime); a row has a value for each."""

    columns: Mapping[str, str]
    rows: list[dict[str, Any]]


def stages(query: str) -> list[str]:
    """The table's name and the stages, without comments."""
    plain = re.sub(r"(^|\n)\s*//[^\n]*", r"\1", query)
    return [part.strip() for part in re.split(r"\|(?=(?:[^\"']|\"[^\"]*\"|'[^']*')*$)", plain)]


def run(table: Table, steps: list[str], now: datetime) -> Table:
    """The table after all stages. Raises ArmError 400 for one that is not understood."""
    for step in steps:
        name = step.split(None, 1)[0].lower() if step else ""
        stage = _STAGES.get(name)
        if stage is None:
            raise not_understood(f"'{step}'")
        rest = step[len(name) :]
        table = stage(table, Reader(rest, table.columns, now))
    return table


def _where(table: Table, reader: Reader) -> Table:
    condition = reader.condition()
    reader.end()
    return Table(table.columns, [row for row in table.rows if condition(row)])


def _project(table: Table, reader: Reader) -> Table:
    kept: dict[str, str] = {}
    while True:
        name = reader.next().text
        kept[name] = reader.column() if reader.take("=") else _existing(table, name)
        if not reader.take(","):
            break
    reader.end()
    columns = {name: table.columns[source] for name, source in kept.items()}
    return Table(columns, [{name: row[source] for name, source in kept.items()} for row in table.rows])


def _distinct(table: Table, reader: Reader) -> Table:
    names = [reader.column()]
    while reader.take(","):
        names.append(reader.column())
    reader.end()
    found = dict.fromkeys(tuple(row[name] for name in names) for row in table.rows)
    return Table({n: table.columns[n] for n in names}, [dict(zip(names, key, strict=True)) for key in found])


def _count(table: Table, reader: Reader) -> Table:
    reader.end()
    return Table({"Count": "long"}, [{"Count": len(table.rows)}])


def _take(table: Table, reader: Reader) -> Table:
    number = reader.number()
    reader.end()
    return Table(table.columns, table.rows[:number])


def _top(table: Table, reader: Reader) -> Table:
    number = reader.number()
    ordered = _order(table, reader)
    return Table(table.columns, ordered.rows[:number])


def _order(table: Table, reader: Reader) -> Table:
    """Descending where nothing is said, as in Kusto. What is null comes last."""
    reader.require("by")
    keys = []
    while True:
        name = reader.column()
        ascending = reader.take("asc")
        if not ascending:
            reader.take("desc")
        keys.append((name, ascending))
        if not reader.take(","):
            break
    reader.end()
    rows = list(table.rows)
    for name, ascending in reversed(keys):
        known = sorted((r for r in rows if r[name] is not None), key=lambda r: r[name], reverse=not ascending)
        rows = [*known, *(r for r in rows if r[name] is None)]
    return Table(table.columns, rows)


def _summarize(table: Table, reader: Reader) -> Table:
    """Rows in the order in which their groups come first; without `by` there is one row, also of no rows."""
    aggregated: list[tuple[str, str, Aggregation]] = []
    by = reader.take("by")
    while not by:
        aggregated.append(_aggregation(table, reader))
        if not reader.take(","):
            by = reader.take("by")
            break
    keys = _keys(table, reader) if by else []
    reader.end()
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {} if by else {(): []}
    for row in table.rows:
        groups.setdefault(tuple(value(row) for _, _, value in keys), []).append(row)
    rows = []
    for key, inside in groups.items():
        named = dict(zip((name for name, _, _ in keys), key, strict=True))
        rows.append({**named, **{name: aggregation(inside) for name, _, aggregation in aggregated}})
    return Table({name: kind for name, kind, _ in (*keys, *aggregated)}, rows)


def _keys(table: Table, reader: Reader) -> list[tuple[str, str, Value]]:
    """`DeploymentName`, `bin(TimeGenerated, 1m)`, `at = bin(…)`."""
    found: list[tuple[str, str, Value]] = []
    while True:
        first = reader.next().text
        name = first
        if first != "bin" and reader.take("="):
            first = reader.next().text
        if first == "bin":
            value = reader.bin()
            found.append((name if name != "bin" else "TimeGenerated", "datetime", value))
        else:
            column = _existing(table, first)
            found.append((name, table.columns[column], lambda row, column=column: row[column]))  # type: ignore[misc]
        if not reader.take(","):
            return found


def _aggregation(table: Table, reader: Reader) -> tuple[str, str, Aggregation]:
    """The name of its column, the column's type, and what gives its value for the rows of a group."""
    first = reader.next().text
    name = ""
    if reader.take("="):
        name, first = first, reader.next().text
    function = first.lower()
    reader.require("(")
    if function == "count":
        reader.require(")")
        return name or "count_", "long", len
    if function == "countif":
        condition = reader.condition()
        reader.require(")")
        return name or "countif_", "long", lambda rows: sum(1 for row in rows if condition(row))
    if function not in _OF_VALUES and function != "percentile":
        raise not_understood(f"'{first}(…)'")
    column = reader.column()
    if function == "percentile":
        reader.require(",")
        share = reader.number() / 100
        reader.require(")")
        return (
            name or f"percentile_{column}_{share * 100:.0f}",
            table.columns[column],
            lambda rows: _nearest(_values(rows, column), share),
        )
    reader.require(")")
    of_values = _OF_VALUES[function]
    kind = {"avg": "real", "dcount": "long"}.get(function, table.columns[column])
    return name or f"{function}_{column}", kind, lambda rows: of_values(_values(rows, column))


def _values(rows: list[dict[str, Any]], column: str) -> list[Any]:
    return [row[column] for row in rows if row[column] is not None]


def _nearest(values: list[Any], share: float) -> Any:
    """The nearest rank, as Kusto's percentile() is of the values themselves."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _existing(table: Table, name: str) -> str:
    if name not in table.columns:
        raise no_column(name)
    return name


_OF_VALUES: dict[str, Callable[[list[Any]], Any]] = {
    "avg": lambda values: fmean(values) if values else None,
    "min": lambda values: min(values, default=None),
    "max": lambda values: max(values, default=None),
    "sum": sum,
    "dcount": lambda values: len(set(values)),
}
_STAGES: dict[str, Callable[[Table, Reader], Table]] = {
    "where": _where,
    "filter": _where,
    "project": _project,
    "distinct": _distinct,
    "summarize": _summarize,
    "order": _order,
    "sort": _order,
    "top": _top,
    "take": _take,
    "limit": _take,
    "count": _count,
}
