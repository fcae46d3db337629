"""Values as the adapter handles them, and the engine's way to write them into protobuf structs.

JSON values, plus `UNKNOWN` (not known in a preview) and `Secret`. Source of the signatures: Pulumi's protocol,
"Property values" in its developer documentation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from google.protobuf import struct_pb2

from localazure.pulumi.errors import AdapterError

UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SIGNATURE_KEY = "4dabf18193072939515e22adb298388d"
_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 it marks secrets, it is none
_OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
_RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e"


class Unknown(Enum):
    """The type of the one unknown value."""

    TOKEN = UNKNOWN_TEXT


UNKNOWN = Unknown.TOKEN


@dataclass(frozen=True, slots=True)
class Secret:
    """A value that the engine stores encrypted."""

    value: Any


def from_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    """Decode a struct. Nulls go, as the engine's own providers drop them; whole numbers become integers.

    Secrets and outputs give the value inside. Raises `AdapterError` on assets and archives: no mapped type takes one.
    """
    return {key: read for key, value in struct.fields.items() if (read := _read(value)) is not None}


def to_struct(values: Mapping[str, Any]) -> struct_pb2.Struct:
    """Encode values; `None` in an object is left out."""
    struct = struct_pb2.Struct()
    for key, value in values.items():
        if value is not None:
            _write(value, struct.fields[key])
    return struct


def has_unknown(value: Any) -> bool:
    """Whether something in it is not known yet."""
    if value is UNKNOWN:
        return True
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, Mapping):
        return any(has_unknown(v) for v in value.values())
    return isinstance(value, list) and any(has_unknown(v) for v in value)


def plain(value: Any) -> Any:
    """The value without any secret mark."""
    if isinstance(value, Secret):
        return plain(value.value)
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, list):
        return [plain(v) for v in value]
    return value


def _read(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return UNKNOWN if value.string_value == UNKNOWN_TEXT else value.string_value
    if kind == "bool_value":
        return value.bool_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() and abs(number) < 2**53 else number
    if kind == "list_value":
        return [_read(item) for item in value.list_value.values]
    if kind == "struct_value":
        return _read_object(value.struct_value)
    return None


def _read_object(struct: struct_pb2.Struct) -> Any:
    signature = struct.fields.get(SIGNATURE_KEY) if SIGNATURE_KEY in struct.fields else None
    if signature is None:
        return from_struct(struct)
    if signature.string_value in (_SECRET, _OUTPUT):
        return _read(struct.fields["value"]) if "value" in struct.fields else UNKNOWN
    if signature.string_value == _RESOURCE:
        return _read(struct.fields["id"]) if "id" in struct.fields else struct.fields["urn"].string_value
    raise AdapterError("assets and archives are not supported: no type that this adapter maps takes one")


def _write(value: Any, into: struct_pb2.Value) -> None:
    if value is UNKNOWN:
        into.string_value = UNKNOWN_TEXT
    elif isinstance(value, Secret):
        into.struct_value.fields[SIGNATURE_KEY].string_value = _SECRET
        _write(value.value, into.struct_value.fields["value"])
    elif value is None:
        into.null_value = struct_pb2.NULL_VALUE
    elif isinstance(value, bool):
        into.bool_value = value
    elif isinstance(value, int | float):
        into.number_value = value
    elif isinstance(value, str):
        into.string_value = value
    elif isinstance(value, Mapping):
        into.struct_value.CopyFrom(to_struct(value))
    elif isinstance(value, list | tuple):
        into.list_value.SetInParent()
        for item in value:
            _write(item, into.list_value.values.add())
    else:
        raise TypeError(f"{type(value).__name__} has no form in Pulumi's protocol")
