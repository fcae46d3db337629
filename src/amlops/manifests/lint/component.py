"""A component that lies beside the pipeline: what goes in and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amlops.config import ConfigError, Document, read_document


@dataclass(frozen=True, slots=True)
class Component:
    """Types by port; None where the file gives none. `needed` are the inputs without default that aren't optional."""

    name: str
    inputs: Mapping[str, str | None]
    outputs: Mapping[str, str | None]
    needed: frozenset[str]


def local_component(document: Document, node: Mapping[str, Any]) -> Component | None:
    """The component file that a node names; None for inline nodes and for components from elsewhere.

    A file that can't be read is left to the official client, which says so with the node.
    """
    named = node.get("component")
    if not isinstance(named, str) or named.startswith("azureml:"):
        return None
    path = document.path.parent / named.removeprefix("file:")
    if not path.is_file():
        return None
    try:
        data = read_document(path).data
    except ConfigError:
        return None
    inputs, outputs = _ports(data.get("inputs")), _ports(data.get("outputs"))
    declared: Any = data.get("inputs")
    inputs, outputs = _ports(declared), _ports(data.get("outputs"))
    needed = frozenset(name for name in inputs if _is_needed(declared[name]))
    return Component(str(data.get("name", path.stem)), inputs, outputs, needed)


def _ports(declared: Any) -> dict[str, str | None]:
    if not isinstance(declared, Mapping):
        return {}
    return {str(name): _type(port) for name, port in declared.items()}


def _type(port: Any) -> str | None:
    return str(port["type"]) if isinstance(port, Mapping) and port.get("type") else None


def _is_needed(port: Any) -> bool:
    return isinstance(port, Mapping) and "default" not in port and not port.get("optional", False)
