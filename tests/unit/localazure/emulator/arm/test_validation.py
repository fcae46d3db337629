"""Body checks and the service's own form of a body."""

from __future__ import annotations

from typing import Any

import pytest

from localazure.emulator import tables
from localazure.emulator.arm import validation
from localazure.emulator.tables import Problem, Route, Tables

pytestmark = pytest.mark.spec_example

ML = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/workspace"
DEPLOYMENT = f"{ML}/onlineEndpoints/e/deployments/d"


@pytest.fixture(scope="module")
def loaded() -> Tables:
    return tables.load()


def route(loaded: Tables, method: str, path: str) -> Route:
    found = loaded.match(method, path)
    assert found is not None
    return found


def codes(problems: list[Problem]) -> list[tuple[str, str]]:
    return sorted((p.path, p.code) for p in problems)


def test_every_problem_is_reported_with_its_path(loaded: Tables) -> None:
    """One answer names all that is wrong, so that one round of corrections is enough."""
    body = {
        "properties": {
            "endpointComputeType": "Managed",
            "nothing": 1,
            "livenessProbe": {"period": "ten seconds", "failureThreshold": "x"},
            "egressPublicNetworkAccess": "Maybe",
        },
        "sku": {"capacity": 1},
    }
    found = loaded.validate(route(loaded, "PUT", DEPLOYMENT), body)
    assert codes(found) == [
        ("location", "MissingProperty"),
        ("properties.egressPublicNetworkAccess", "InvalidValue"),
        ("properties.livenessProbe.failureThreshold", "InvalidType"),
        ("properties.livenessProbe.period", "InvalidType"),
        ("properties.nothing", "UnknownProperty"),
        ("sku.name", "MissingProperty"),
    ]
    answer = validation.refused(found).body()["error"]
    assert answer["code"] == "InvalidRequestContent"
    assert len(answer["details"]) == len(found)


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({}, ("properties.endpointComputeType", "MissingProperty")),
        ({"endpointComputeType": "Cloud"}, ("properties.endpointComputeType", "InvalidValue")),
        ({"endpointComputeType": 3}, ("properties.endpointComputeType", "InvalidValue")),
    ],
)
def test_the_discriminator_decides(loaded: Tables, properties: dict[str, Any], problem: tuple[str, str]) -> None:
    """Without a valid discriminator nothing else of the object can be judged, so only that is said."""
    found = loaded.validate(route(loaded, "PUT", DEPLOYMENT), {"location": "l", "properties": properties})
    assert codes(found) == [problem]
    assert "Kubernetes, Managed" in found[0].message


def test_a_patch_requires_nothing(loaded: Tables) -> None:
    """A merge sends only what changes; what it sends must still be right."""
    patch = route(loaded, "PATCH", DEPLOYMENT)
    assert loaded.validate(patch, {"tags": {"a": "b"}}, "PATCH") == []
    assert codes(loaded.validate(patch, {"sku": {"capacity": "two"}}, "PATCH")) == [("sku.capacity", "InvalidType")]


def test_case_of_names_and_enumerations_does_not_count(loaded: Tables) -> None:
    """Services read names and enumerations without case; what is stored has the table's spelling."""
    put = route(loaded, "PUT", f"{ML}/onlineEndpoints/e")
    body = {
        "Location": "l",
        "identity": {"type": "systemassigned, userassigned", "userAssignedIdentities": {"/Id": {}}},
        "properties": {"AUTHMODE": "key"},
    }
    assert loaded.validate(put, body) == []
    assert loaded.strip_read_only(put, body) == {
        "location": "l",
        "identity": {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": {"/Id": {}}},
        "properties": {"authMode": "Key"},
    }


def test_read_only_input_is_ignored(loaded: Tables) -> None:
    """A body read with GET can be sent back: what only the service sets is dropped, whatever it holds."""
    put = route(loaded, "PUT", f"{ML}/onlineEndpoints/e")
    body = {
        "id": 3,
        "name": "e",
        "systemData": {"anything": True},
        "location": "l",
        "properties": {"authMode": "Key", "scoringUri": "https://x", "provisioningState": "Wrong"},
    }
    assert loaded.validate(put, body) == []
    assert loaded.strip_read_only(put, body) == {"location": "l", "properties": {"authMode": "Key"}}


def test_null_says_nothing_in_a_put_and_erases_in_a_patch(loaded: Tables) -> None:
    """PUT replaces, so null is absence; a merge needs it to remove."""
    put, patch = (route(loaded, method, ML) for method in ("PUT", "PATCH"))
    body = {"location": "l", "properties": {"description": None, "friendlyName": "f"}}
    assert loaded.strip_read_only(put, body)["properties"] == {"friendlyName": "f"}
    assert loaded.strip_read_only(patch, {"properties": {"description": None}}) == {"properties": {"description": None}}
    assert codes(loaded.validate(put, {"location": None, "properties": {}})) == []
    assert ("properties.authMode", "MissingProperty") in codes(
        loaded.validate(
            route(loaded, "PUT", f"{ML}/onlineEndpoints/e"), {"location": "l", "properties": {"authMode": None}}
        )
    )


def test_scalars_in_a_map_of_strings_become_strings(loaded: Tables) -> None:
    """azure-ai-ml sends numeric tags as numbers (MANIFESTS: of 604 official example files some do)."""
    put = route(loaded, "PUT", f"{ML}/environments/e/versions/1")
    body = {"properties": {"image": "i", "tags": {"a": 1, "b": 0.5, "c": True, "d": "x"}}}
    assert loaded.validate(put, body) == []
    assert loaded.strip_read_only(put, body)["properties"]["tags"] == {"a": "1", "b": "0.5", "c": "true", "d": "x"}
    wrong = {"properties": {"image": "i", "tags": {"a": {"b": 1}}}}
    assert codes(loaded.validate(put, wrong)) == [("properties.tags.a", "InvalidType")]


def test_secrets_are_taken_out_of_a_body(loaded: Tables) -> None:
    """Write-only fields are kept apart, so that no answer can show them."""
    put = route(loaded, "PUT", f"{ML}/datastores/d")
    body = {
        "properties": {
            "datastoreType": "AzureBlob",
            "accountName": "a",
            "containerName": "c",
            "credentials": {"credentialsType": "AccountKey", "secrets": {"secretsType": "AccountKey", "key": "k"}},
        }
    }
    assert loaded.validate(put, body) == []
    assert put.body_type is not None
    shown, secret = loaded.take_write_only(put.body_type, body)
    assert shown["properties"]["credentials"] == {"credentialsType": "AccountKey"}
    assert secret == {"properties": {"credentials": {"secrets": {"secretsType": "AccountKey", "key": "k"}}}}


def test_flags_as_paths(loaded: Tables) -> None:
    """Which paths of a type the service sets or hides, subtypes and map values included."""
    assert "properties.credentials.secrets" in loaded.write_only("ml/Datastore")
    assert "properties.keys" in loaded.write_only("ml/OnlineEndpoint")
    assert "identity.userAssignedIdentities.*.principalId" in loaded.read_only("ml/OnlineEndpoint")


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("text", ("", "InvalidType")),
        ([], ("", "InvalidType")),
        ({"location": "l", "properties": []}, ("properties", "InvalidType")),
        ({"location": "l", "tags": "a"}, ("tags", "InvalidType")),
    ],
)
def test_wrong_shapes(loaded: Tables, body: Any, problem: tuple[str, str]) -> None:
    """Where an object belongs, nothing else is taken."""
    assert problem in codes(loaded.validate(route(loaded, "PUT", ML), body))


@pytest.mark.parametrize(
    ("path", "bad"),
    [(f"{ML[:-9]}ab", "workspaceName"), (f"{ML}/datastores/a.b", "name")],
)
def test_names_that_break_their_pattern(loaded: Tables, path: str, bad: str) -> None:
    """Name patterns come from azure-mgmt-machinelearningservices, the only SDK that still carries them."""
    assert [p.path for p in loaded.validate_path(route(loaded, "PUT", path))] == [bad]
