"""Rules and checks are found by their files: adding one touches no list."""

from __future__ import annotations

from importlib import import_module
from inspect import isabstract, isclass
from pkgutil import iter_modules
from types import ModuleType
from typing import Any, TypeVar, cast

T = TypeVar("T")


def one_a_file(folder: ModuleType, kind: type[T]) -> tuple[T, ...]:
    """An instance of each file's own `kind`, which has an `id`, by the files' names.

    Raises TypeError for a file without exactly one, or one of another name than its file's.
    """
    return tuple(
        _own(f"{folder.__name__}.{name}", kind) for name in sorted(m.name for m in iter_modules(folder.__path__))
    )


def _own(module: str, kind: type[T]) -> T:
    loaded = import_module(module)
    own: list[Any] = [
        item
        for item in vars(loaded).values()
        if isclass(item) and issubclass(item, kind) and not isabstract(item) and item.__module__ == module
    ]
    if len(own) != 1 or own[0].id != module.rpartition(".")[2].replace("_", "-"):
        raise TypeError(f"{module} holds not exactly one {kind.__name__.lower()} with its name")
    return cast(T, own[0]())
