"""Diff and drift: what counts as a change, what replaces."""

from __future__ import annotations

from typing import Any

import pytest

from localazure.pulumi.diff import diff
from localazure.pulumi.drift import carry_drift
from localazure.pulumi.naming import CREATE_BEFORE_DELETE
from localazure.pulumi.property_path import format_path
from localazure.pulumi.resource_type import Catalog

ENDPOINT = "machinelearningservices:OnlineEndpoint"
BASE = {"resourceGroupName": "g", "workspaceName": "w", "endpointName": "e", "location": "westeurope"}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog()


def changes(catalog: Catalog, name: str, old: dict[str, Any], new: dict[str, Any], state: Any = None) -> dict[str, str]:
    found = diff(catalog.type(f"azure-native:{name}"), old, state or {}, new)
    return {format_path(c.path): c.change.value + ("!" if c.replaces else "") for c in found.changes}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"location": "West Europe"}, {"location": "westeurope"}),
        (
            {"properties": {"authMode": "Key", "x": "/subscriptions/A/resourcegroups/G"}},
            {"properties": {"authMode": "Key", "x": "/subscriptions/a/resourceGroups/g/"}},
        ),
        ({"tags": {"a": 1}}, {"tags": {"a": 1.0}}),
        (
            {"identity": {"type": "U", "userAssignedIdentities": ["/subscriptions/A", "/subscriptions/B"]}},
            {"identity": {"type": "U", "userAssignedIdentities": ["/subscriptions/b", "/subscriptions/a"]}},
        ),
        ({CREATE_BEFORE_DELETE: True}, {}),
    ],
)
def test_these_are_the_same(catalog: Catalog, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Case and spaces of a location, case of ids, number forms, order of identities, the adapter's own mark."""
    assert changes(catalog, ENDPOINT, {**BASE, **old}, {**BASE, **new}) == {}


def test_changes_have_the_innermost_path(catalog: Catalog) -> None:
    """A change deep inside is shown there and not as its whole top property."""
    old = {**BASE, "tags": {"a.b": "1", "gone": "x"}, "properties": {"authMode": "Key", "traffic": {"blue": 100}}}
    new = {**BASE, "tags": {"a.b": "2"}, "properties": {"authMode": "Key", "traffic": {"blue": 90, "green": 10}}}
    assert changes(catalog, ENDPOINT, old, new) == {
        'tags["a.b"]': "update",
        "tags.gone": "delete",
        "properties.traffic.blue": "update",
        "properties.traffic.green": "add",
    }


def test_lists_are_compared_by_position(catalog: Catalog) -> None:
    """Elements are added and deleted at the end."""
    old = {**BASE, "zones": ["a", "b"]}
    assert changes(catalog, ENDPOINT, old, {**BASE, "zones": ["a", "c", "d"]}) == {
        "zones[1]": "update",
        "zones[2]": "add",
    }


@pytest.mark.parametrize(
    ("name", "change", "path"),
    [
        (ENDPOINT, {"endpointName": "f"}, "endpointName"),
        (ENDPOINT, {"location": "northeurope"}, "location"),
        ("storage:StorageAccount", {"isHnsEnabled": True}, "isHnsEnabled"),
        ("authorization:RoleAssignment", {"principalId": "q"}, "principalId"),
    ],
)
def test_these_replace(catalog: Catalog, name: str, change: dict[str, Any], path: str) -> None:
    """What stands in the path, and what the table lists."""
    old = {**BASE, "isHnsEnabled": False, "principalId": "p"}
    assert changes(catalog, name, old, {**old, **change})[path] == "update!"


def test_workspace_location_replaces_nothing(catalog: Catalog) -> None:
    """The vendor's plugin has no mark there; the service refuses the change itself."""
    old = {"location": "westeurope"}
    assert changes(catalog, "machinelearningservices:Workspace", old, {"location": "x"}) == {"location": "update"}


def test_spelling_out_what_is_there_replaces_nothing(catalog: Catalog) -> None:
    """A program that starts to name the location which the resource has anyway changes it in place."""
    old = {k: v for k, v in BASE.items() if k != "location"}
    assert changes(catalog, ENDPOINT, old, BASE, {"location": "West Europe"}) == {"location": "add"}
    assert changes(catalog, ENDPOINT, old, BASE, {"location": "elsewhere"}) == {"location": "add!"}


def test_named_resource_is_deleted_before_its_replacement(catalog: Catalog) -> None:
    """Two of one name cannot live side by side; with a random name they can."""
    kind = catalog.type(f"azure-native:{ENDPOINT}")
    new = {**BASE, "location": "northeurope"}
    assert diff(kind, BASE, {}, new).delete_first
    assert not diff(kind, {**BASE, CREATE_BEFORE_DELETE: True}, {}, new).delete_first
    assert not diff(kind, BASE, {}, {**BASE, "tags": {"a": "b"}}).delete_first


def test_api_version_is_taken_from_an_old_state(catalog: Catalog) -> None:
    """An imported resource has it in its outputs only."""
    new = {**BASE, "azureApiVersion": "2025-12-01"}
    assert changes(catalog, ENDPOINT, BASE, new, {"azureApiVersion": "2025-12-01"}) == {}


def test_drift_reaches_the_inputs() -> None:
    """What changed in the cloud since the last run is carried over, with additions and removals."""
    inputs = {"traffic": {"blue": 100}, "sku": {"capacity": 1}, "keys": {"primaryKey": "x"}}
    old = {"traffic": {"blue": 100}, "sku": {"capacity": 1, "tier": "S"}, "tags": {"t": "1"}}
    new = {"traffic": {"blue": 90, "green": 10}, "sku": {"capacity": 3, "tier": "S"}, "description": "by hand"}
    assert carry_drift(inputs, old, new) == {
        "traffic": {"blue": 90, "green": 10},
        "sku": {"capacity": 3},
        "keys": {"primaryKey": "x"},
        "description": "by hand",
    }


def test_defaults_of_the_service_stay_out_of_the_inputs() -> None:
    """What was in the outputs all along is no drift."""
    outputs = {"publicNetworkAccess": "Enabled", "rules": [{"name": "a", "mode": "m"}]}
    assert carry_drift({"rules": [{"name": "a"}]}, outputs, outputs) == {"rules": [{"name": "a"}]}


def test_list_elements_drift_one_by_one() -> None:
    """A changed element keeps what only the inputs know."""
    old, new = {"rules": [{"n": 1, "d": 0}]}, {"rules": [{"n": 2, "d": 0}, {"n": 3}]}
    assert carry_drift({"rules": [{"n": 1, "secret": "s"}]}, old, new) == {"rules": [{"n": 2, "secret": "s"}, {"n": 3}]}
