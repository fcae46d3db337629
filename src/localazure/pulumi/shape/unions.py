"""Which class of a union a value is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from localazure.pulumi.sdk.package import SdkModule
from localazure.pulumi.sdk.types import ListOf, MapOf, Named, OneOf, Plain, Shape, Type


def choose(module: SdkModule, union: OneOf, value: Any) -> Type | None:
    """The option that the value is, or None.

    An object is the class all of whose constants it carries; where no class carries constants, the one that knows most
    of its keys.
    """
    if isinstance(value, Mapping):
        return _choose_class(module, union, value)
    for option in union.options:
        if isinstance(value, list) and isinstance(option, ListOf):
            return option
        if isinstance(option, Plain) and not isinstance(value, list):
            return option
    return None


def discriminators(module: SdkModule, union: OneOf) -> dict[str, list[str]]:
    """The constant properties of a union's classes with the values they may have, for messages."""
    found: dict[str, list[str]] = {}
    for option in union.options:
        shape = module.shape(option) if isinstance(option, Named) else None
        for field in shape.fields.values() if shape else ():
            if field.constant is not None:
                found.setdefault(field.name, []).append(field.constant)
    return found


def _choose_class(module: SdkModule, union: OneOf, value: Mapping[str, Any]) -> Type | None:
    known = [(o, s) for o in union.options if isinstance(o, Named) and (s := module.shape(o)) is not None]
    marked = [(o, s) for o, s in known if any(f.constant is not None for f in s.fields.values())]
    for option, shape in marked:
        if all(value.get(f.name) == f.constant for f in shape.fields.values() if f.constant is not None):
            return option
    unmarked: list[tuple[Named, Shape]] = [pair for pair in known if pair not in marked]
    if unmarked:
        return max(unmarked, key=lambda pair: len(pair[1].fields.keys() & value.keys()))[0]
    return next((o for o in union.options if isinstance(o, MapOf)), None)
