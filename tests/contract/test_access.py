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

from . import azure_platform
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
        rehearsal.advance(301)
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


DATA_SCIENTIST, IDENTITY_OPERATOR = "f6c7c914-8db3-469d-8ca1-694a8f32e121", "f1a07417-d97a-45cb-824c-7a7467783830"


@pytest.fixture(scope="module")
def workspace(rehearsal: LocalCloud) -> str:
    """The path of an ML workspace, below the subscription."""
    return azure_platform.make(rehearsal).path


@pytest.mark.client
def test_a_role_before_its_resource(rehearsal: LocalCloud, workspace: str) -> None:
    """A role at an endpoint that isn't there yet is taken; with it a team makes that endpoint and its deployments, and
    nothing else; a group that isn't there is refused."""
    team = rehearsal.new_caller("team")
    mine, yours = unique("mine-"), unique("yours-")
    at = f"{workspace}/onlineEndpoints"
    assign(rehearsal, f"{rehearsal.subscription}{at}/{mine}", DATA_SCIENTIST, team.object_id)
    body = {"location": rehearsal.location, "properties": {"authMode": "Key"}}
    version = "?api-version=2025-12-01"
    assert send(rehearsal, "PUT", f"{at}/{mine}{version}", body, caller=team).status_code == 201
    code_at = f"{rehearsal.subscription}{workspace}/codes/c/versions/1"
    serving = {
        "endpointComputeType": "Managed",
        "codeConfiguration": {"codeId": code_at, "scoringScript": "score.py"},
        "environmentId": f"{rehearsal.subscription}{workspace}/environments/e/versions/1",
    }
    deployment = {"location": rehearsal.location, "properties": serving}
    made = send(rehearsal, "PUT", f"{at}/{mine}/deployments/blue{version}", deployment, caller=team)
    assert made.status_code == 201
    assert send(rehearsal, "POST", f"{at}/{mine}/listKeys{version}", caller=team).status_code == 200
    for method, path, sent in (
        ("PUT", f"{at}/{yours}{version}", body),
        ("GET", f"{at}{version}", None),
        ("PUT", f"{workspace}{version}", {"location": rehearsal.location, "properties": {}}),
        ("PUT", f"{workspace}/environments/e/versions/2{version}", {"properties": {"image": "x"}}),
    ):
        assert send(rehearsal, method, path, sent, caller=team).status_code == 403, path
    role = f"{rehearsal.subscription}/providers/Microsoft.Authorization/roleDefinitions/{DATA_SCIENTIST}"
    wanted = {"properties": {"roleDefinitionId": role, "principalId": team.object_id}}
    nowhere = "/resourceGroups/none/providers/Microsoft.Authorization/roleAssignments"
    name = "5c2e8b0e-0000-4000-8000-000000000009"
    refused = send(rehearsal, "PUT", f"{nowhere}/{name}?api-version=2022-04-01", wanted)
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "ResourceGroupNotFound")


@pytest.mark.client
def test_giving_an_identity_away_needs_a_role_on_it(rehearsal: LocalCloud, workspace: str) -> None:
    """403 LinkedAuthorizationFailed for an endpoint with an identity that the caller may not assign."""
    team, name = rehearsal.new_caller("team"), unique("ep-")
    endpoint = f"{workspace}/onlineEndpoints/{name}"
    assign(rehearsal, f"{rehearsal.subscription}{endpoint}", DATA_SCIENTIST, team.object_id)
    identity = f"/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{unique('id-')}"
    send(rehearsal, "PUT", f"{identity}?api-version=2024-11-30", {"location": rehearsal.location})
    named = {"type": "UserAssigned", "userAssignedIdentities": {f"{rehearsal.subscription}{identity}": {}}}
    body = {"location": rehearsal.location, "identity": named, "properties": {"authMode": "Key"}}
    path = f"{endpoint}?api-version=2025-12-01"
    refused = send(rehearsal, "PUT", path, body, caller=team)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "LinkedAuthorizationFailed")
    assign(rehearsal, f"{rehearsal.subscription}{identity}", IDENTITY_OPERATOR, team.object_id)
    assert send(rehearsal, "PUT", path, body, caller=team).status_code == 201
