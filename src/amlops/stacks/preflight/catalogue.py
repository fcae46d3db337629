"""All checks, found by their files: adding one touches no list."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from inspect import isclass
from pkgutil import iter_modules

from . import checks as folder
from .check import Check
from .finding import Finding
from .situation import Situation


@cache
def all_checks() -> tuple[Check, ...]:
    """One instance of each, by name. Raises TypeError for a file without exactly one check of its own name."""
    found = []
    for module in sorted(item.name for item in iter_modules(folder.__path__)):
        loaded = import_module(f"{folder.__name__}.{module}")
        own = [
            item
            for item in vars(loaded).values()
            if isclass(item) and issubclass(item, Check) and item.__module__ == loaded.__name__
        ]
        if len(own) != 1 or own[0].id != module.replace("_", "-"):
            raise TypeError(f"{loaded.__name__} holds not exactly one check with its name")
        found.append(own[0]())
    return tuple(found)


def check(situation: Situation) -> tuple[Finding, ...]:
    """What all checks have to say, what stops first."""
    found = [finding for item in all_checks() for finding in item.look(situation)]
    return tuple(sorted(found, key=lambda item: (not item.stops, item.where, item.check, item.message)))
