"""Body types of an SDK, by reflection, in one neutral form for both styles of models.

A type is `{"fields": {wire name: Field}, "discriminator": {"field": …, "types": {value: type}}, "open": true}`; a
Field is `{"type": T}` with `required`, `readOnly`, `writeOnly`, `createOnly`, `pattern`, `minLength`, … where they
hold. T is a word (`string integer number boolean any date-time date time duration base64`) or one of `{"array": T}`,
`{"map": T}`, `{"enum": name}`, `{"const": [values]}`, `{"union": [T]}`, `{"ref": type}`, `{"object": type inline}`.
"""

from __future__ import annotations

import enum
import inspect
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from . import models_new, models_old
from .sources import Source

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Models:
    """Types and enumerations of one SDK."""

    types: dict[str, Json]
    enums: dict[str, list[str]]

    def reachable(self, roots: set[str]) -> Models:
        """Only what bodies and answers of the wanted operations can contain."""
        types: set[str] = set()
        enums: set[str] = set()
        todo = sorted(roots & self.types.keys())
        while todo:
            name = todo.pop()
            if name not in types:
                types.add(name)
                todo += [found for found in _names(self.types[name]) if found in self.types]
                enums |= set(_enums(self.types[name]))
        return Models({n: self.types[n] for n in sorted(types)}, {n: self.enums[n] for n in sorted(enums)})


def read(source: Source) -> Models:
    """All models of the package. Imports it."""
    module = source.import_models()
    enums = {
        name: [str(member.value) for member in value]
        for name, value in vars(module).items()
        if inspect.isclass(value) and issubclass(value, enum.Enum)
    }
    types = {name: _type(value, enums, module) for name, value in vars(module).items() if _is_model(value)}
    return Models(types, enums)


def _is_model(value: Any) -> bool:
    return inspect.isclass(value) and (models_old.is_model(value) or models_new.is_model(value))


def _type(model: type, enums: dict[str, list[str]], module: ModuleType) -> Json:
    return models_old.read(model, enums) if models_old.is_model(model) else models_new.read(model, module)


def _names(node: Any) -> list[str]:
    """Types that a piece of the table refers to."""
    if isinstance(node, dict):
        own = [node["ref"]] if isinstance(node.get("ref"), str) else []
        if isinstance(node.get("discriminator"), dict) and isinstance(node["discriminator"].get("types"), dict):
            own += node["discriminator"]["types"].values()
        return own + [name for value in node.values() for name in _names(value)]
    return [name for item in node for name in _names(item)] if isinstance(node, list) else []


def _enums(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["enum"]] if isinstance(node.get("enum"), str) else []
        return own + [name for value in node.values() for name in _enums(value)]
    return [name for item in node for name in _enums(item)] if isinstance(node, list) else []
