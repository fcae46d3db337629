"""Which resource types have a behaviour: every `ResourceType` in this folder, found by its name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path

from .base import ResourceType


class Catalogue:
    """Behaviours by resource type, without case."""

    def __init__(self, behaviours: Mapping[str, ResourceType]) -> None:
        self._behaviours = dict(behaviours)

    def get(self, resource_type: str) -> ResourceType | None:
        """The behaviour, or None for a type that is not built."""
        return self._behaviours.get(resource_type.lower())

    def of(self, resource_type: str) -> ResourceType:
        """The behaviour of a stored resource; KeyError would mean a store of another version of the emulator."""
        return self._behaviours[resource_type.lower()]

    def names(self) -> list[str]:
        """Canonical names, sorted."""
        return sorted(behaviour.type for behaviour in self._behaviours.values())


def discover() -> Catalogue:
    """All classes in this package that name a type. Raises ValueError if two name the same."""
    found: dict[str, ResourceType] = {}
    for module in pkgutil.iter_modules([str(Path(__file__).parent)]):
        loaded = importlib.import_module(f"{__package__}.{module.name}")
        for item in vars(loaded).values():
            if not (isinstance(item, type) and issubclass(item, ResourceType)) or "type" not in vars(item):
                continue
            known = found.setdefault(item.type.lower(), item())
            if type(known) is not item:
                raise ValueError(f"{item.type}: two behaviours, {type(known).__name__} and {item.__name__}")
    return Catalogue(found)
