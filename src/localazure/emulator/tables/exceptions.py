"""Where Azure takes more than the SDKs' models say. Hand-written, in `exceptions.json`, with evidence on every line.

A body that a real client sends and Azure takes must not be refused because the table is of another api-version; nor is
anything unknown waved through. So each exception names one field, one enumeration or one list of api-versions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "exceptions.json"


@dataclass(frozen=True, slots=True)
class Versions:
    """Api-versions that exist beside the tables' own, by namespace or type in lower case."""

    known: Mapping[str, frozenset[str]]

    def of(self, resource_type: str) -> frozenset[str]:
        """Those of the type itself, else of the nearest parent type, else of the namespace."""
        name = resource_type.lower()
        while name:
            if name in self.known:
                return self.known[name]
            name = name.rpartition("/")[0]
        return frozenset()


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What is laid over the generated tables."""

    fields: tuple[Mapping[str, Any], ...]
    optional: tuple[Mapping[str, Any], ...]
    values: tuple[Mapping[str, Any], ...]
    versions: Versions

    def apply(self, table: str, entry: dict[str, Any]) -> None:
        """Changes a table just read. Raises KeyError when an exception names what the table does not hold."""
        for extra in self.fields:
            if extra["table"] == table:
                entry["types"][extra["type"]]["fields"].setdefault(extra["field"], extra["schema"])
        for extra in self.optional:
            if extra["table"] == table:
                entry["types"][extra["type"]]["fields"][extra["field"]].pop("required", None)
        for extra in self.values:
            if extra["table"] == table:
                entry["enums"][extra["enum"]] += [v for v in extra["values"] if v not in entry["enums"][extra["enum"]]]


def read(file: Path = FILE) -> Exceptions:
    """The exceptions of a file."""
    raw = json.loads(file.read_bytes())
    versions: dict[str, frozenset[str]] = {}
    for line in raw["versions"]:
        name = line["type"].lower()
        versions[name] = versions.get(name, frozenset()) | set(line["versions"])
    return Exceptions(tuple(raw["fields"]), tuple(raw["optional"]), tuple(raw["values"]), Versions(versions))
