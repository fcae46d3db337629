"""Pulumi's values in protobuf, property paths, secrets."""

from __future__ import annotations

import pytest
from google.protobuf import struct_pb2

from localazure.pulumi.errors import AdapterError
from localazure.pulumi.marking import mark_results, mark_secrets
from localazure.pulumi.property_path import format_path
from localazure.pulumi.resource_type import Catalog
from localazure.pulumi.values import (
    SIGNATURE_KEY,
    UNKNOWN,
    UNKNOWN_TEXT,
    Secret,
    from_struct,
    has_unknown,
    plain,
    to_struct,
)


def test_values_survive_the_wire() -> None:
    """Whole numbers come back as integers, nulls not at all."""
    values = {"a": 1, "b": 1.5, "c": True, "d": [1, {"x": "y"}], "e": {}, "f": [], "g": UNKNOWN}
    assert from_struct(to_struct({**values, "n": None})) == values
    assert isinstance(from_struct(to_struct({"a": 2.0}))["a"], int)


def test_secret_is_marked_and_unwrapped() -> None:
    """A secret keeps its value and its mark."""
    struct = to_struct({"s": Secret({"k": "v"})})
    assert SIGNATURE_KEY in struct.fields["s"].struct_value.fields
    assert from_struct(struct) == {"s": {"k": "v"}}


def test_unknown_is_found_anywhere() -> None:
    """Also inside lists and secrets."""
    assert has_unknown({"a": [Secret({"b": UNKNOWN})]})
    assert not has_unknown({"a": [UNKNOWN_TEXT[:-1]]})
    assert plain({"a": [Secret(1)]}) == {"a": [1]}


def test_asset_is_refused() -> None:
    """No mapped type takes one; the message says so instead of sending nonsense."""
    struct = struct_pb2.Struct()
    struct.fields["a"].struct_value.fields[SIGNATURE_KEY].string_value = "c44067f5952c0a294b673a41bacd8c17"
    with pytest.raises(AdapterError, match="assets"):
        from_struct(struct)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("a", "b"), "a.b"),
        (("a", 0, "b"), "a[0].b"),
        (("tags", "a.b"), 'tags["a.b"]'),
        (("tags", 'x"y'), 'tags["x\\"y"]'),
    ],
)
def test_property_path(path: tuple[str | int, ...], text: str) -> None:
    """As the engine parses them."""
    assert format_path(path) == text


def test_secret_properties_are_marked() -> None:
    """Endpoint keys and datastore secrets, whether the program marked them or not; unknown ones stay unknown."""
    catalog = Catalog()
    endpoint = catalog.type("azure-native:machinelearningservices:OnlineEndpoint")
    assert mark_secrets(endpoint, {"properties": {"keys": {"primaryKey": "x"}, "authMode": "Key"}}) == {
        "properties": {"keys": Secret({"primaryKey": "x"}), "authMode": "Key"}
    }
    assert mark_secrets(endpoint, {"properties": UNKNOWN}) == {"properties": UNKNOWN}
    datastore = catalog.type("azure-native:machinelearningservices:Datastore")
    marked = mark_secrets(datastore, {"properties": {"credentials": {"secrets": {"key": "k"}}}})
    assert marked["properties"]["credentials"]["secrets"] == Secret({"key": "k"})


def test_results_of_key_actions_are_secret() -> None:
    """Keys are; what a log or a read gives is not."""
    assert mark_results("listKeys", {"primaryKey": "x", "keyName": "y"}) == {"primaryKey": Secret("x"), "keyName": "y"}
    assert mark_results("", {"properties": {}}) == {"properties": {}}
