"""Diff: old inputs against new ones, property by property, and what a change costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from localazure.pulumi.naming import CREATE_BEFORE_DELETE
from localazure.pulumi.property_path import Path
from localazure.pulumi.resource_type import API_VERSION_KEY, ResourceType
from localazure.pulumi.rules.layout import ID_SETS
from localazure.pulumi.rules.replace import REPLACED_BY


class Change(Enum):
    """What happened to a property."""

    ADD = "add"
    DELETE = "delete"
    UPDATE = "update"


@dataclass(frozen=True, slots=True)
class PropertyChange:
    """One property that differs."""

    path: Path
    change: Change
    replaces: bool = False

    @property
    def top(self) -> str:
        return str(self.path[0])


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs. `delete_first`: the replacement cannot exist beside the old resource."""

    changes: tuple[PropertyChange, ...]
    delete_first: bool

    @property
    def replaces(self) -> tuple[str, ...]:
        return tuple(sorted({c.top for c in self.changes if c.replaces}))


def diff(
    kind: ResourceType, old_inputs: Mapping[str, Any], old_state: Mapping[str, Any], news: Mapping[str, Any]
) -> Difference:
    """Compare inputs.

    A replacing input that was left out before and now says what the state holds anyway replaces nothing; `location`
    that the program starts to spell out is the usual case.
    """
    olds = dict(old_inputs)
    if API_VERSION_KEY not in olds and API_VERSION_KEY in old_state:
        olds[API_VERSION_KEY] = old_state[API_VERSION_KEY]
    ignored = {CREATE_BEFORE_DELETE}
    replacing = frozenset(kind.path_inputs) | REPLACED_BY.get(kind.key, frozenset())
    found = []
    for path, change in compare(_without(olds, ignored), _without(news, ignored)):
        name = str(path[0])
        replaces = name in replacing and not (
            change is Change.ADD and name in news and name in old_state and same(name, old_state[name], news[name])
        )
        found.append(PropertyChange(path, change, replaces))
    delete_first = any(c.replaces for c in found) and not old_inputs.get(CREATE_BEFORE_DELETE, False)
    return Difference(tuple(found), delete_first)


def compare(old: Mapping[str, Any], new: Mapping[str, Any], path: Path = ()) -> Iterator[tuple[Path, Change]]:
    """The innermost paths at which two objects differ."""
    for name in sorted(old.keys() | new.keys()):
        here: Path = (*path, name)
        if name not in new:
            yield here, Change.DELETE
        elif name not in old:
            yield here, Change.ADD
        elif not same(name, old[name], new[name], top=not path):
            yield from _compare_values(old[name], new[name], here)


def same(name: str, old: Any, new: Any, *, top: bool = True) -> bool:
    """Whether ARM takes two values of a property for one: ids without case, locations without case and spaces."""
    if isinstance(old, str) and isinstance(new, str):
        if top and name == "location":
            return normal_location(old) == normal_location(new)
        return bool(normal_id(old) == normal_id(new))
    if isinstance(old, bool) is not isinstance(new, bool):
        return False
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return old.keys() == new.keys() and all(same(k, old[k], new[k], top=False) for k in old)
    if isinstance(old, list) and isinstance(new, list):
        if name in ID_SETS:
            return {normal_id(v) for v in old} == {normal_id(v) for v in new}
        return len(old) == len(new) and all(same("", o, n, top=False) for o, n in zip(old, new, strict=True))
    return bool(old == new)


def normal_location(location: str) -> str:
    """`West US 2` and `westus2` are one place."""
    return location.replace(" ", "").lower()


def normal_id(text: Any) -> Any:
    """An ARM id in lower case and without a slash at its end; any other text as it is."""
    if isinstance(text, str) and text.lower().startswith(("/subscriptions/", "/providers/")):
        return text.rstrip("/").lower()
    return text


def _compare_values(old: Any, new: Any, path: Path) -> Iterator[tuple[Path, Change]]:
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        yield from compare(old, new, path)
    elif isinstance(old, list) and isinstance(new, list) and path[-1] not in ID_SETS:
        for index in range(max(len(old), len(new))):
            here: Path = (*path, index)
            if index >= len(new):
                yield here, Change.DELETE
            elif index >= len(old):
                yield here, Change.ADD
            elif not same("", old[index], new[index], top=False):
                yield from _compare_values(old[index], new[index], here)
    else:
        yield path, Change.UPDATE


def _without(values: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {k: v for k, v in values.items() if k not in names}
