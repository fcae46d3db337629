"""Roles: what they allow, where, and from when on."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.containerregistry import ContainerRegistryManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from tests.support.cloud import LocalCloud

from .rehearsal import as_it_was, rehearsal, send, unique
from .test_arm_clients import READER, assign, code

__all__ = ["as_it_was", "rehearsal"]

CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
COMPUTE_OPERATOR = "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815"


@pytest.mark.client
def test_a_role_takes_effect_late(rehearsal: LocalCloud) -> None:
    """With a delay a fresh assignment is refused at first, as in Azure, and allowed once its time has come."""
    caller = rehearsal.new_caller("late")
    rehearsal.control("PUT", "access", {"delaySeconds": 300})
    assign(rehearsal, f"{rehearsal.subscription}/resourceGroups/rg", READER, caller.object_id)
    rehearsal.control("PUT", "access", {"delaySeconds": 0})
    with rehearsal.client(ResourceManagementClient, caller) as client:
        with pytest.raises(HttpResponseError) as raised:
            client.resource_groups.get("rg")
        assert code(raised.value) == (403, "AuthorizationFailed")
        assert "If access was recently granted, please refresh your credentials." in raised.value.message
        rehearsal.control("POST", "clock", {"advanceSeconds": 301})
        assert client.resource_groups.get("rg").name == "rg"


@pytest.mark.client
def test_a_contributor_grants_nothing(rehearsal: LocalCloud) -> None:
    """Contributor writes resources but no role assignments; a role at a resource reaches nothing beside it."""
    caller = rehearsal.new_caller("contributor")
    group = f"{rehearsal.subscription}/resourceGroups/rg"
    assign(rehearsal, group, CONTRIBUTOR, caller.object_id)
    name = unique("acr")
    with rehearsal.client(ContainerRegistryManagementClient, caller) as images:
        body = {"location": rehearsal.location, "sku": {"name": "Basic"}}
        made = images.registries.begin_create("rg", name, body).result()
    with rehearsal.client(AuthorizationManagementClient, caller) as roles, pytest.raises(HttpResponseError) as raised:
        role = f"{rehearsal.subscription}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
        wanted = {"properties": {"roleDefinitionId": role, "principalId": caller.object_id}}
        roles.role_assignments.create(group, "5c2e8b0e-0000-4000-8000-000000000001", wanted)
    assert code(raised.value) == (403, "AuthorizationFailed")
    other = rehearsal.new_caller("of one registry")
    assign(rehearsal, made.id, CONTRIBUTOR, other.object_id)
    with rehearsal.client(ContainerRegistryManagementClient, other) as images:
        assert images.registries.get("rg", name).name == name
        with pytest.raises(HttpResponseError) as beside:
            list(images.registries.list_by_resource_group("rg"))
    assert code(beside.value) == (403, "AuthorizationFailed")


@pytest.mark.client
def test_a_reader_gets_no_keys(rehearsal: LocalCloud) -> None:
    """Keys are answered to an action, and Reader has none."""
    caller = rehearsal.new_caller("reader")
    assign(rehearsal, f"{rehearsal.subscription}/resourceGroups/rg", READER, caller.object_id)
    name = unique("acr")
    body = {"location": rehearsal.location, "sku": {"name": "Basic"}, "properties": {"adminUserEnabled": True}}
    with rehearsal.client(ContainerRegistryManagementClient) as images:
        images.registries.begin_create("rg", name, body).result()
        assert images.registries.list_credentials("rg", name).username == name
    with rehearsal.client(ContainerRegistryManagementClient, caller) as images:
        assert images.registries.get("rg", name).name == name
        with pytest.raises(HttpResponseError) as raised:
            images.registries.list_credentials("rg", name)
    assert code(raised.value) == (403, "AuthorizationFailed")


@pytest.mark.client
def test_role_definitions(rehearsal: LocalCloud) -> None:
    """Found by name and by id; a role that isn't there can't be assigned, a custom one can't be made."""
    with rehearsal.client(AuthorizationManagementClient) as client:
        found = list(
            client.role_definitions.list(rehearsal.subscription, filter="roleName eq 'AzureML Compute Operator'")
        )
        assert [role.name for role in found] == [COMPUTE_OPERATOR]
        assert "Microsoft.MachineLearningServices/workspaces/computes/*" in found[0].permissions[0].actions
        assert client.role_definitions.get(rehearsal.subscription, READER).role_name == "Reader"
        assert client.role_definitions.get_by_id(found[0].id).role_name == "AzureML Compute Operator"
        with pytest.raises(HttpResponseError) as raised:
            assign(rehearsal, rehearsal.subscription, "00000000-0000-0000-0000-00000000dead", rehearsal.owner.object_id)
    assert code(raised.value) == (404, "RoleDefinitionDoesNotExist")
    custom = f"/providers/Microsoft.Authorization/roleDefinitions/{READER}?api-version=2022-04-01"
    assert send(rehearsal, "PUT", custom, {"properties": {"roleName": "Mine"}}).status_code == 501


@pytest.mark.spec_example
@pytest.mark.parametrize(
    ("name", "more", "status", "answer"),
    [
        ("5c2e8b0e-0000-4000-8000-000000000002", {"principalType": "User"}, 400, "UnmatchedPrincipalType"),
        ("my-assignment", {}, 400, "InvalidRoleAssignmentId"),
        ("5c2e8b0e-0000-4000-8000-000000000003", {"condition": "x", "conditionVersion": "2.0"}, 501, "NotImplemented"),
    ],
)
def test_an_assignment_that_is_not_right(
    rehearsal: LocalCloud, name: str, more: dict[str, str], status: int, answer: str
) -> None:
    """Its name is a GUID, its principal of the type that is said, and nothing in it is kept without effect."""
    role = f"{rehearsal.subscription}/providers/Microsoft.Authorization/roleDefinitions/{READER}"
    properties = {"roleDefinitionId": role, "principalId": rehearsal.owner.object_id, **more}
    path = f"/resourceGroups/rg/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01"
    refused = send(rehearsal, "PUT", path, {"properties": properties})
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, answer)


@pytest.mark.client
def test_who_has_no_role_sees_no_subscription(rehearsal: LocalCloud) -> None:
    """The list of subscriptions is empty without a role and not an error; a role on one group is enough to see it."""
    caller = rehearsal.new_caller("nobody")
    options: dict[str, Any] = {"base_url": rehearsal.endpoint, "connection_verify": rehearsal.ca, "retry_total": 0}
    with SubscriptionClient(rehearsal.credential(caller), **options) as client:
        assert list(client.subscriptions.list()) == []
        assign(rehearsal, f"{rehearsal.subscription}/resourceGroups/rg", READER, caller.object_id)
        assert [s.subscription_id for s in client.subscriptions.list()] == [rehearsal.subscription_id]


@pytest.mark.client
def test_a_namespace_must_be_registered(rehearsal: LocalCloud) -> None:
    """409 MissingSubscriptionRegistration names the namespace; after `register` the same request passes."""
    rehearsal.control("PUT", "registrations", {"namespace": "Microsoft.ManagedIdentity", "state": "NotRegistered"})
    path = f"/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{unique('id-')}"
    path += "?api-version=2024-11-30"
    with rehearsal.client(ResourceManagementClient) as client:
        assert client.providers.get("Microsoft.ManagedIdentity").registration_state == "NotRegistered"
        url = f"{rehearsal.endpoint}{rehearsal.subscription}{path}"
        with rehearsal.credential() as credential:
            token = credential.get_token("https://management.azure.com/.default").token
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.put(url, json={"location": "westeurope"}, headers=headers, verify=rehearsal.ca, timeout=30)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "MissingSubscriptionRegistration")
        assert answer.json()["error"]["target"] == "Microsoft.ManagedIdentity"
        assert client.providers.register("Microsoft.ManagedIdentity").registration_state == "Registered"
    assert send(rehearsal, "PUT", path, {"location": "westeurope"}).status_code == 201
