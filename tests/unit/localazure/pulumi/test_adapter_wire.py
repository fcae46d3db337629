"""Inputs of the SDK become ARM's requests, ARM's answers become outputs."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.localazure.pulumi.examples import EXAMPLES, RG, UAI, WS

from localazure.pulumi.check import Request, check
from localazure.pulumi.errors import AdapterError
from localazure.pulumi.resource_type import Catalog
from localazure.pulumi.values import UNKNOWN


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


@pytest.mark.parametrize(("name", "inputs", "path", "body"), EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_request_of_an_example(
    catalog: Catalog, name: str, inputs: dict[str, Any], path: str, body: dict[str, Any]
) -> None:
    """The inputs pass the check; path and body are exactly the example's."""
    kind = catalog.type(f"azure-native:{name}")
    checked = check(kind, Request("x", {}, inputs), location="", group_location=lambda _: None)
    assert checked.problems == ()
    assert kind.resource_id(checked.inputs, "S") == path
    assert kind.body(checked.inputs) == body


@pytest.mark.parametrize(("name", "inputs", "path", "body"), EXAMPLES, ids=[e[0] for e in EXAMPLES])
def test_answer_gives_the_inputs_back(
    catalog: Catalog, name: str, inputs: dict[str, Any], path: str, body: dict[str, Any]
) -> None:
    """An import of what an example made asks for nothing but the example's inputs."""
    kind = catalog.type(f"azure-native:{name}")
    answer = {"id": path, "name": path.rsplit("/", 1)[-1], "type": "t", **body}
    outputs = kind.outputs_of(answer)
    expected = {k: v for k, v in inputs.items() if kind.place(k) != "query"}
    if "scope" in expected:
        expected["scope"] = expected["scope"].strip("/")
    assert kind.imported_inputs(path, outputs) == {**expected, "azureApiVersion": kind.api_version}
    assert outputs["name"] == answer["name"]


def test_query_argument_is_no_part_of_the_body(catalog: Catalog) -> None:
    """`skipValidation` of a datastore goes into the query."""
    kind = catalog.type("azure-native:machinelearningservices:Datastore")
    assert kind.query({"skipValidation": True}) == {"skipValidation": "true"}


def test_identities_are_a_map_in_the_outputs(catalog: Catalog) -> None:
    """A list would crash the SDK when it reads the outputs."""
    kind = catalog.type("azure-native:machinelearningservices:OnlineEndpoint")
    answer = {
        "identity": {"type": "UserAssigned", "userAssignedIdentities": {UAI: {"principalId": "p", "x": None}}},
        "properties": {"authMode": "Key", "scoringUri": "https://s", "description": None, "unheardOf": 1},
    }
    outputs = kind.outputs_of(answer)
    assert outputs["identity"]["userAssignedIdentities"] == {UAI: {"principalId": "p"}}
    assert outputs["properties"] == {"authMode": "Key", "scoringUri": "https://s"}
    assert kind.inputs_of(outputs)["identity"]["userAssignedIdentities"] == [UAI]


def test_pascal_case_answer_is_read(catalog: Catalog) -> None:
    """Application Insights answers in PascalCase."""
    kind = catalog.type("azure-native:applicationinsights:Component")
    answer = {
        "properties": {"Application_Type": "web", "InstrumentationKey": "k", "ConnectionString": "c", "AppId": "a"}
    }
    outputs = kind.outputs_of(answer)
    assert (outputs["applicationType"], outputs["instrumentationKey"]) == ("web", "k")
    assert (outputs["connectionString"], outputs["appId"]) == ("c", "a")


def test_id_is_parsed_without_case(catalog: Catalog) -> None:
    """Azure itself writes `resourcegroups` in the ids of identities."""
    kind = catalog.type("azure-native:managedidentity:UserAssignedIdentity")
    parsed = kind.parse_id(UAI.replace("resourceGroups", "resourcegroups"))
    assert parsed == {"resourceGroupName": "g", "resourceName": "i"}


def test_foreign_id_is_refused(catalog: Catalog) -> None:
    """The message shows the form that an id of the type has."""
    kind = catalog.type("azure-native:storage:StorageAccount")
    with pytest.raises(AdapterError, match=r"storageAccounts/\{accountName\}"):
        kind.parse_id(WS)


def test_preview_promises_what_the_inputs_say(catalog: Catalog) -> None:
    """Inputs are known outputs, the service's own properties and the name are not known yet."""
    kind = catalog.type("azure-native:storage:StorageAccount")
    outputs = kind.previewed({"location": "w", "sku": {"name": "Standard_LRS"}, "tags": {"a": UNKNOWN}})
    assert outputs["location"] == "w"
    assert outputs["sku"] == {"name": "Standard_LRS", "tier": UNKNOWN}
    assert outputs["tags"] == {"a": UNKNOWN}
    assert outputs["name"] is UNKNOWN
    assert outputs["primaryEndpoints"] is UNKNOWN


def test_path_argument_must_be_known(catalog: Catalog) -> None:
    """An unknown name cannot become an id."""
    kind = catalog.type("azure-native:resources:ResourceGroup")
    with pytest.raises(AdapterError, match="resourceGroupName"):
        kind.resource_id({"resourceGroupName": UNKNOWN}, "S")
    assert kind.resource_id({"resourceGroupName": "g"}, "S") == RG
