"""Check: names, locations, types, unknown keys."""

from __future__ import annotations

from typing import Any

import pytest

from localazure.pulumi.check import Checked, Request, check
from localazure.pulumi.naming import CREATE_BEFORE_DELETE, Mode, Proposal
from localazure.pulumi.property_path import format_path
from localazure.pulumi.resource_type import Catalog
from localazure.pulumi.values import UNKNOWN

DEPLOYMENT = "machinelearningservices:OnlineDeployment"
GROUP = {"resourceGroupName": "g"}
IN_ENDPOINT = {**GROUP, "workspaceName": "w", "endpointName": "e"}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def run(catalog: Catalog, name: str, news: dict[str, Any], *, location: str = "", **request: Any) -> Checked:
    wanted = Request("logical", request.pop("olds", {}), news, seed=b"seed", **request)
    return check(
        catalog.type(f"azure-native:{name}"),
        wanted,
        location=location,
        group_location={"g": "westeurope"}.get,
    )


def problems(checked: Checked) -> dict[str, str]:
    return {format_path(problem.path): problem.reason for problem in checked.problems}


def test_top_level_name_is_random_and_repeatable(catalog: Catalog) -> None:
    """Logical name plus eight digits from the engine's seed; the mark allows a replacement beside the old one."""
    news = {**GROUP, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2"}
    first, second = (run(catalog, "storage:StorageAccount", news).inputs for _ in range(2))
    assert first == second
    assert len(first["accountName"]) == len("logical") + 8
    assert first[CREATE_BEFORE_DELETE] is True


def test_child_takes_the_logical_name(catalog: Catalog) -> None:
    """A child's name need only be unique in its parent."""
    inputs = run(catalog, DEPLOYMENT, {**IN_ENDPOINT, "properties": {"endpointComputeType": "Managed"}}).inputs
    assert inputs["deploymentName"] == "logical"
    assert CREATE_BEFORE_DELETE not in inputs


def test_role_assignment_gets_a_uuid(catalog: Catalog) -> None:
    """ARM takes nothing else there."""
    news = {"scope": "/s", "principalId": "p", "roleDefinitionId": "/r"}
    assert len(run(catalog, "authorization:RoleAssignment", news).inputs["roleAssignmentName"]) == 36


def test_name_of_the_last_run_is_kept(catalog: Catalog) -> None:
    """A changed seed renames nothing."""
    olds = {"resourceGroupName": "logical1234", CREATE_BEFORE_DELETE: True}
    inputs = run(catalog, "resources:ResourceGroup", {}, olds=olds, location="w").inputs
    assert inputs["resourceGroupName"] == "logical1234"
    assert inputs[CREATE_BEFORE_DELETE] is True


@pytest.mark.parametrize(
    ("mode", "expected"), [(Mode.PROPOSE, "proposed"), (Mode.ENFORCE, "proposed"), (Mode.DISABLE, None)]
)
def test_autonaming_configuration_is_respected(catalog: Catalog, mode: Mode, expected: str | None) -> None:
    """The project's auto-naming configuration wins; switched off, the name is missing."""
    checked = run(catalog, "resources:ResourceGroup", {}, proposal=Proposal("proposed", mode), location="w")
    assert checked.inputs.get("resourceGroupName") == expected
    assert ("resourceGroupName" in problems(checked)) is (expected is None)


@pytest.mark.parametrize(
    ("news", "olds", "configured", "expected"),
    [
        ({**GROUP, "location": "own"}, {}, "config", "own"),
        (GROUP, {"location": "old"}, "config", "old"),
        (GROUP, {}, "config", "config"),
        (GROUP, {}, "", "westeurope"),
        ({"resourceGroupName": UNKNOWN}, {}, "", UNKNOWN),
        ({"resourceGroupName": "missing"}, {}, "", None),
    ],
)
def test_location_comes_from_the_nearest_source(
    catalog: Catalog, news: dict[str, Any], olds: dict[str, Any], configured: str, expected: Any
) -> None:
    """The program, the last run, the configuration, the resource group, in this order."""
    checked = run(catalog, "managedidentity:UserAssignedIdentity", news, olds=olds, location=configured)
    assert checked.inputs.get("location") == expected


def test_group_takes_the_configured_location(catalog: Catalog) -> None:
    """Never that of a group of its own name."""
    named = {"resourceGroupName": "g"}
    assert run(catalog, "resources:ResourceGroup", named, location="config").inputs["location"] == "config"
    assert "location" not in run(catalog, "resources:ResourceGroup", named).inputs


def test_private_zone_gets_no_location(catalog: Catalog) -> None:
    """Its only location is `global`; the resource group's would be wrong."""
    assert "location" not in run(catalog, "privatedns:PrivateZone", {**GROUP, "privateZoneName": "z"}).inputs


def test_api_version_is_recorded(catalog: Catalog) -> None:
    """As the vendor's plugin does, so that an SDK with another version shows as a change."""
    assert run(catalog, "resources:ResourceGroup", {}, location="w").inputs["azureApiVersion"] == "2024-03-01"


def test_all_problems_come_at_once_with_paths(catalog: Catalog) -> None:
    """Unknown keys, wrong types and missing properties at any depth, in one go."""
    news = {
        **IN_ENDPOINT,
        "skuu": {},
        "sku": {"capacity": "2"},
        "tags": {"a.b": 1},
        "properties": {
            "endpointComputeType": "Managed",
            "environmentVariables": ["x"],
            "appInsightsEnabled": "yes",
            "scaleSettings": {"scaleType": "Sometimes"},
            "requestSettings": {"maxConcurrent": 1},
            "livenessProbe": 3,
        },
    }
    found = problems(run(catalog, DEPLOYMENT, news))
    assert found == {
        "skuu": "unknown property 'skuu' of OnlineDeployment; did you mean 'sku'?",
        "sku.name": "missing required property 'name' of Sku",
        "sku.capacity": "should be of type 'integer' but is the string '2'",
        'tags["a.b"]': "should be of type 'string' but is the number 1",
        "properties.environmentVariables": "should be an object but is an array",
        "properties.appInsightsEnabled": "should be of type 'boolean' but is the string 'yes'",
        "properties.scaleSettings.scaleType": (
            "'scaleType' is 'Sometimes'; allowed values are Default, TargetUtilization"
        ),
        "properties.requestSettings.maxConcurrent": "unknown property 'maxConcurrent' of OnlineRequestSettings",
        "properties.livenessProbe": "should be an object but is the number 3",
    }


def test_snake_case_below_a_union_is_explained(catalog: Catalog) -> None:
    """The SDK cannot translate dictionaries below a union; the message gives the name to write."""
    news = {**IN_ENDPOINT, "properties": {"endpoint_compute_type": "Managed"}}
    found = problems(run(catalog, DEPLOYMENT, news))
    assert "'endpoint_compute_type' is written so" in found["properties.endpointComputeType"]
    assert "allowed values are Kubernetes, Managed" in found["properties.endpointComputeType"]


def test_closed_enum_names_its_values(catalog: Catalog) -> None:
    """A value that the SDK's closed enum lacks is refused with those that it has."""
    news = {**IN_ENDPOINT, "properties": {"endpointComputeType": "Managed"}, "sku": {"name": "x", "tier": "Gold"}}
    assert "allowed values are Free, Basic, Standard, Premium" in problems(run(catalog, DEPLOYMENT, news))["sku.tier"]


def test_unknown_values_pass(catalog: Catalog) -> None:
    """In a preview anything may not be known yet, a union's discriminator included."""
    news = {**IN_ENDPOINT, "workspaceName": UNKNOWN, "properties": {"endpointComputeType": UNKNOWN, "model": UNKNOWN}}
    assert problems(run(catalog, DEPLOYMENT, news)) == {}


def test_empty_name_is_refused(catalog: Catalog) -> None:
    """It would make an id of another resource."""
    news = {**IN_ENDPOINT, "endpointName": "", "properties": {"endpointComputeType": "Managed"}}
    assert "ARM id" in problems(run(catalog, DEPLOYMENT, news))["endpointName"]
