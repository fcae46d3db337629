"""Reading the installed SDK's source."""

from __future__ import annotations

import ast

import pytest

from localazure.pulumi.errors import UnknownTypeError
from localazure.pulumi.resource_type import Catalog
from localazure.pulumi.rules.paths import PATHS
from localazure.pulumi.sdk.annotations import read_annotation
from localazure.pulumi.sdk.classes import read_shape, slice_class
from localazure.pulumi.sdk.types import ListOf, MapOf, Named, OneOf, Plain


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("pulumi.Input[_builtins.str]", Plain("string")),
        ("pulumi.Input[Optional[Optional[_builtins.int]]]", Plain("integer")),
        ("pulumi.Input[Optional[Union[_builtins.str, 'SkuName']]]", Plain("string")),
        ("pulumi.Input[Union['SkuArgs', 'SkuArgsDict']]", Named("SkuArgs")),
        ("pulumi.Output['outputs.SkuResponse']", Named("SkuResponse")),
        ("Optional[Sequence[pulumi.Input[_builtins.bool]]]", ListOf(Plain("boolean"))),
        ("Mapping[str, Any]", MapOf(Plain("any"))),
        (
            "pulumi.Input[Union[Union['AArgs', 'AArgsDict'], Union['BArgs', 'BArgsDict']]]",
            OneOf((Named("AArgs"), Named("BArgs"))),
        ),
    ],
)
def test_annotation_is_read(annotation: str, expected: object) -> None:
    """Wrappers and dictionary twins go; what stays is the type."""
    assert read_annotation(ast.parse(annotation, mode="eval").body) == expected


def test_every_mapped_type_exists_in_the_sdk(catalog: Catalog) -> None:
    """Each path template belongs to a type of the SDK, its parameters are inputs, and the API version is known."""
    for module, name in PATHS:
        kind = catalog.type(f"azure-native:{module}:{name}")
        assert set(kind.path_inputs) <= kind.inputs.fields.keys(), kind.token
        assert kind.api_version, kind.token


def test_constants_and_required_fields_are_read(catalog: Catalog) -> None:
    """A discriminator's constant stands in `__init__`, where no import would show it."""
    module = catalog.package.module("machinelearningservices")
    shape = module.shape(Named("ManagedOnlineDeploymentArgs"))
    assert shape is not None
    assert shape.fields["endpointComputeType"].constant == "Managed"
    assert not shape.fields["model"].required


def test_resource_class_is_not_taken_for_a_nested_one(catalog: Catalog) -> None:
    """`VirtualNetwork` is the resource's own class although the package exports a nested one of this name."""
    kind = catalog.type("azure-native:network:VirtualNetwork")
    assert "addressSpace" in kind.inputs.fields
    assert kind.outputs.name == "VirtualNetwork"


def test_init_args_win_over_args(catalog: Catalog) -> None:
    """A resource whose Args name is taken has `InitArgs`."""
    kind = catalog.type("azure-native:network:Subnet")
    assert kind.inputs.name in ("SubnetInitArgs", "SubnetArgs")
    assert "virtualNetworkName" in kind.inputs.fields


def test_slice_ends_before_the_next_definition() -> None:
    """A class is cut out of the file without parsing the rest."""
    source = "import x\n\nclass A:\n    a = 1\n\n\n@x.y\nclass B(dict):\n    b = 2\n"
    assert slice_class(source, "A") == "class A:\n    a = 1\n\n"
    assert read_shape(slice_class(source, "B") or "").name == "B"
    assert slice_class(source, "C") is None


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("azure-native:nope:Thing", "module 'nope'"),
        ("azure-native:storage:Nope", "no such resource type"),
        ("azure-native:cdn:Profile", "is not mapped to an ARM path"),
        ("aws:s3:Bucket", "no resource type of azure-native"),
        ("azure-native:storage/v20230101:StorageAccount", "default version"),
    ],
)
def test_unmapped_type_is_refused_by_name(catalog: Catalog, token: str, words: str) -> None:
    """Nothing is guessed: the message names the type and says what to do."""
    with pytest.raises(UnknownTypeError, match=words):
        catalog.type(token)
