"""The types that a property can have: plain, list, map, a named class, one of several."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind = Literal["string", "integer", "number", "boolean", "any"]


@dataclass(frozen=True, slots=True)
class Plain:
    """A JSON scalar, or `any` for whatever the SDK does not model."""

    kind: Kind


@dataclass(frozen=True, slots=True)
class ListOf:
    """An array of one type."""

    item: Type


@dataclass(frozen=True, slots=True)
class MapOf:
    """An object with free keys."""

    item: Type


@dataclass(frozen=True, slots=True)
class Named:
    """A class of the same module: `XArgs` (input), `XResponse` (output), or an enum."""

    name: str


@dataclass(frozen=True, slots=True)
class OneOf:
    """A union; its classes are told apart by a constant property."""

    options: tuple[Type, ...]


Type: TypeAlias = Plain | ListOf | MapOf | Named | OneOf

ANY = Plain("any")


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a class.

    `name` is the name on Pulumi's wire (camelCase); `constant` the value that a discriminator always has.
    """

    name: str
    type: Type
    required: bool = False
    constant: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A class with its fields by name. `base` is the class name without `Args`, `InitArgs`, `Response` or `Result`."""

    name: str
    fields: dict[str, Field]

    @property
    def base(self) -> str:
        for suffix in ("InitArgs", "Args", "Response", "Result"):
            if self.name.endswith(suffix):
                return self.name.removesuffix(suffix)
        return self.name


@dataclass(frozen=True, slots=True)
class Choices:
    """A closed enum with the values it allows."""

    name: str
    values: tuple[str, ...]
