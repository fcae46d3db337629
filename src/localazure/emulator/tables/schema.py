"""Body types of one table, compiled from its JSON when first asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

# As the generator writes it, a word or {"array" | "map" | "enum" | "const" | "union" | "ref": …}, and {"object": Type}.
Kind = str | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a type."""

    name: str  # on the wire
    kind: Kind
    required: bool = False
    read_only: bool = False
    write_only: bool = False
    rules: Mapping[str, Any] = field(default_factory=dict)  # pattern, minLength, minimum, …


@dataclass(frozen=True, slots=True)
class Type:
    """One type of body. `subtypes` is by discriminator value in lower case."""

    name: str
    fields: Mapping[str, Field]  # by name in lower case
    open: bool = False
    discriminator: str | None = None
    subtypes: Mapping[str, str] = field(default_factory=dict)
    values: tuple[str, ...] = ()  # of the discriminator, as they are spelled


class Schema:
    """Types and enumerations of one table."""

    def __init__(self, types: Mapping[str, Any], enums: Mapping[str, list[str]]) -> None:
        self._types, self._enums = types, enums
        self._compiled: dict[str, Type] = {}
        self._spellings: dict[str, dict[str, str]] = {}

    def type(self, name: str) -> Type:
        """Raises KeyError for a type that the table does not hold."""
        found = self._compiled.get(name)
        if found is None:
            found = self._compiled[name] = compiled(name, self._types[name])
        return found

    def enum(self, name: str) -> tuple[str, ...]:
        return tuple(self._enums[name])

    def spelling(self, name: str, value: str) -> str | None:
        """The enumeration's own spelling of a value; None for a value it does not have.

        Case and spaces do not count: services take `systemassigned` and `SystemAssigned, UserAssigned` alike.
        """
        known = self._spellings.get(name)
        if known is None:
            known = self._spellings[name] = {_plain(spelled): spelled for spelled in self._enums[name]}
        return known.get(_plain(value))

    def resolve(self, name: str, body: Mapping[str, Any]) -> Type:
        """The subtype that a body's discriminator names; the type itself where there is none or it names none."""
        found = self.type(name)
        while found.discriminator:
            value = next((v for k, v in body.items() if k.lower() == found.discriminator.lower()), None)
            subtype = found.subtypes.get(str(value).lower())
            if subtype is None or subtype == found.name:
                break
            found = self.type(subtype)
        return found

    def paths(self, name: str, wanted: str) -> Iterator[str]:
        """Dotted wire paths of fields with a flag (`read_only`, …), over all subtypes; `[]` and `*` for items."""
        yield from self._paths({"ref": name}, wanted, "", frozenset())

    def _paths(self, kind: Kind, wanted: str, at: str, seen: frozenset[str]) -> Iterator[str]:
        if isinstance(kind, str):
            return
        if "array" in kind:
            yield from self._paths(kind["array"], wanted, f"{at}[]", seen)
        elif "map" in kind:
            yield from self._paths(kind["map"], wanted, f"{at}.*" if at else "*", seen)
        elif "union" in kind:
            for branch in kind["union"]:
                yield from self._paths(branch, wanted, at, seen)
        elif "object" in kind:
            yield from self._of(kind["object"], wanted, at, seen)
        elif "ref" in kind and kind["ref"] not in seen:
            found = self.type(kind["ref"])
            inner = seen | {kind["ref"]}
            yield from self._of(found, wanted, at, inner)
            for subtype in sorted(set(found.subtypes.values()) - {found.name}):
                yield from self._paths({"ref": subtype}, wanted, at, inner)

    def _of(self, found: Type, wanted: str, at: str, seen: frozenset[str]) -> Iterator[str]:
        for entry in found.fields.values():
            here = f"{at}.{entry.name}" if at else entry.name
            if getattr(entry, wanted):
                yield here
            elif not entry.read_only:
                yield from self._paths(entry.kind, wanted, here, seen)


def compiled(name: str, entry: Mapping[str, Any]) -> Type:
    """A type from its JSON."""
    flags = {"type", "required", "readOnly", "writeOnly", "createOnly"}
    fields = {
        wire.lower(): Field(
            wire,
            _kind(value["type"]),
            value.get("required", False),
            value.get("readOnly", False),
            value.get("writeOnly", False),
            {rule: bound for rule, bound in value.items() if rule not in flags},
        )
        for wire, value in entry["fields"].items()
    }
    tag = entry.get("discriminator")
    return Type(
        name,
        fields,
        entry.get("open", False),
        tag["field"] if tag else None,
        {value.lower(): subtype for value, subtype in tag["types"].items()} if tag else {},
        tuple(tag["types"]) if tag else (),
    )


def _kind(raw: Kind) -> Kind:
    """Inline objects become types; everything else stays as it is."""
    if isinstance(raw, str) or not raw.keys() & {"object", "array", "map"}:
        return raw
    return {word: compiled("", inner) if word == "object" else _kind(inner) for word, inner in raw.items()}


def _plain(value: str) -> str:
    return value.lower().replace(" ", "")
