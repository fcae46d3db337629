"""All rules, found by their files: adding one touches no list."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from inspect import isclass
from pkgutil import iter_modules

from . import rules as folder
from .rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """One instance of each, by name. Raises TypeError for a file without exactly one rule of its own name."""
    found = []
    for module in sorted(item.name for item in iter_modules(folder.__path__)):
        loaded = import_module(f"{folder.__name__}.{module}")
        own = [
            kind
            for kind in vars(loaded).values()
            if isclass(kind) and issubclass(kind, Rule) and kind.__module__ == loaded.__name__
        ]
        if len(own) != 1 or own[0].id != module.replace("_", "-"):
            raise TypeError(f"{loaded.__name__} holds not exactly one rule with its name")
        found.append(own[0]())
    return tuple(found)
