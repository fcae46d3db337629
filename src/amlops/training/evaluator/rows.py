"""The rows that a release is measured by."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True)
class Rows:
    """`inputs` are what is sent, `target` what should come back; in the file's order."""

    inputs: list[Row]
    target: list[Any]


@dataclass(frozen=True)
class Group:
    """By a column's values, or by the ranges between rising edges."""

    column: str
    edges: tuple[float, ...] = ()


def read_rows(file: Path, target: str) -> Rows:
    """A CSV file. What looks like a number in all of a column is one. Exits where a column is missing."""
    with file.open(newline="", encoding="utf-8") as stream:
        found = list(csv.DictReader(stream))
    if not found or target not in found[0]:
        raise SystemExit(f"{file.name} has no rows, or no column {target}")
    columns = {name: _typed([row[name] for row in found]) for name in found[0]}
    inputs = [{name: values[at] for name, values in columns.items() if name != target} for at in range(len(found))]
    return Rows(inputs, columns[target])


def group_of(group: Group, row: Row) -> str:
    """The name of the group that a row is in: a value, `<45`, `45-60`, `>=60`. Exits where the column is missing."""
    if group.column not in row:
        raise SystemExit(f"the rows have no column {group.column}")
    value = row[group.column]
    if not group.edges:
        return f"{value:g}" if isinstance(value, float) else str(value)
    below = [edge for edge in group.edges if edge <= value]
    above = [edge for edge in group.edges if edge > value]
    if not below:
        return f"<{above[0]:g}"
    return f"{below[-1]:g}-{above[0]:g}" if above else f">={below[-1]:g}"


def _typed(texts: list[str]) -> list[Any]:
    for kind in (int, float):
        try:
            return [kind(text) for text in texts]
        except ValueError:
            continue
    return list(texts)
