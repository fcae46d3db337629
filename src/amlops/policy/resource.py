"""A declared resource: its type and its inputs, as azure-native names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What Pulumi writes for a value that a preview can't know yet. Source: pulumi/sdk `plugin.UnknownStringValue`."""


@dataclass(frozen=True, slots=True)
class Resource:
    """`inputs` are those of a preview, in camelCase. `name` is the logical one, inside the stack."""

    urn: str
    type: str
    name: str
    inputs: Mapping[str, Any]

    @classmethod
    def of(cls, urn: str, inputs: Mapping[str, Any]) -> Resource:
        """A resource by its URN: `urn:pulumi:<stack>::<project>::<types of its parents$type>::<name>`."""
        _, _, types, name = urn.split("::", 3)
        return cls(urn, types.rsplit("$", 1)[-1], name, inputs)

    @property
    def stack(self) -> str:
        return self.urn.split("::", 1)[0].removeprefix("urn:pulumi:")

    @property
    def kind(self) -> str:
        """`azure-native:storage:StorageAccount` as `storage:StorageAccount`, whatever version stands in between."""
        parts = self.type.split(":")
        return f"{parts[1].split('/')[0]}:{parts[-1]}" if len(parts) == 3 else self.type

    @property
    def shown(self) -> str:
        """As messages name it: `prod: StorageAccount storage`."""
        return f"{self.stack}: {self.type.rsplit(':', 1)[-1]} {self.name}"

    def get(self, path: str) -> Any:
        """The input at a dotted path, None where it isn't there."""
        node: Any = self.inputs
        for part in path.split("."):
            if not isinstance(node, Mapping):
                return None
            node = node.get(part)
        return node

    def text(self, path: str) -> str:
        """The input as a text, "" where it isn't there."""
        found = self.get(path)
        return "" if found is None else str(found)

    def number(self, path: str) -> float | None:
        """The input as a number, None where it is none."""
        found = self.get(path)
        return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None

    def map(self, path: str) -> Mapping[str, Any]:
        """The input as a map, {} where it is none."""
        found = self.get(path)
        return found if isinstance(found, Mapping) else {}
