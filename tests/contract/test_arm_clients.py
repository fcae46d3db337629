"""Azure's own clients against the local Azure: resource groups, errors, paging, access."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.core.rest import HttpRequest
from azure.identity import ClientSecretCredential
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.authorization.v2022_04_01.models import RoleAssignmentCreateParameters
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient

from tests.support.cloud import LocalCloud

pytestmark = pytest.mark.client

READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"


def code(problem: HttpResponseError) -> tuple[int | None, str | None]:
    return problem.status_code, problem.error.code if problem.error else None


def test_resource_groups(cloud: LocalCloud) -> None:
    """Create, update, read in any case, check, list, delete; ids come back in Azure's casing."""
    name = f"RG-{uuid.uuid4().hex[:8]}"
    with cloud.client(ResourceManagementClient) as client:
        groups = client.resource_groups
        assert not groups.check_existence(name)
        made = groups.create_or_update(name, {"location": cloud.location, "tags": {"env": "test"}})
        assert made.id == f"{cloud.subscription}/resourceGroups/{name}"
        assert made.properties is not None
        assert made.properties.provisioning_state == "Succeeded"
        assert groups.get(name.upper()).name == name
        assert groups.check_existence(name.lower())
        assert groups.update(name, {"tags": {"env": "other"}}).tags == {"env": "other"}
        assert name in [g.name for g in groups.list()]
        groups.begin_delete(name).result()
        with pytest.raises(ResourceNotFoundError) as raised:
            groups.get(name)
        assert code(raised.value) == (404, "ResourceGroupNotFound")


def test_put_replaces(cloud: LocalCloud, group: str) -> None:
    """A second PUT without tags leaves none: PUT is the whole resource, not a merge."""
    with cloud.client(ResourceManagementClient) as client:
        client.resource_groups.create_or_update(group, {"location": cloud.location, "tags": {"a": "b"}})
        assert not client.resource_groups.create_or_update(group, {"location": cloud.location}).tags


def test_the_location_of_a_group_is_fixed(cloud: LocalCloud, group: str) -> None:
    """A resource group can't move to another location."""
    with cloud.client(ResourceManagementClient) as client, pytest.raises(HttpResponseError) as raised:
        client.resource_groups.create_or_update(group, {"location": "northeurope"})
    assert code(raised.value) == (409, "InvalidResourceGroupLocation")


def test_subscriptions(cloud: LocalCloud) -> None:
    """The client that has no subscription yet finds it, its tenant and its locations."""
    with SubscriptionClient(cloud.credential(), base_url=cloud.endpoint, connection_verify=cloud.ca) as client:
        assert [s.subscription_id for s in client.subscriptions.list()] == [cloud.subscription_id]
        assert client.subscriptions.get(cloud.subscription_id).state == "Enabled"
        assert [t.tenant_id for t in client.tenants.list()] == [cloud.tenant_id]
        assert cloud.location in [found.name for found in client.subscriptions.list_locations(cloud.subscription_id)]


def test_providers(cloud: LocalCloud) -> None:
    """Namespaces are listed and registered as a deployment tool does before its first resource."""
    with cloud.client(ResourceManagementClient) as client:
        listed = {p.namespace for p in client.providers.list()}
        assert {"Microsoft.MachineLearningServices", "Microsoft.Storage"} <= listed
        found = client.providers.register("Microsoft.MachineLearningServices")
        assert found.registration_state in ("Registered", "Registering")
        types = client.providers.get("Microsoft.MachineLearningServices").resource_types or []
        assert "workspaces" in [t.resource_type for t in types]


def test_a_list_is_paged(cloud: LocalCloud) -> None:
    """`$top` limits a page, and the client follows `nextLink` to the end without loss or repetition."""
    names = {f"page-{uuid.uuid4().hex[:8]}" for _ in range(5)}
    with cloud.client(ResourceManagementClient) as client:
        for name in names:
            client.resource_groups.create_or_update(name, {"location": cloud.location})
        pages = [[g.name for g in page] for page in client.resource_groups.list(top=2).by_page()]
        assert all(len(page) <= 2 for page in pages)
        seen = [name for page in pages for name in page]
        assert names <= set(seen)
        assert len(seen) == len(set(seen))
        for name in names:
            client.resource_groups.begin_delete(name).result()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "answer"),
    [
        ("GET", "{s}/resourceGroups?api-version=1999-01-01", None, 400, "InvalidApiVersionParameter"),
        ("GET", "{s}/resourceGroups?api-version=tomorrow", None, 400, "InvalidApiVersionParameter"),
        ("GET", "{s}/resourceGroups", None, 400, "MissingApiVersionParameter"),
        (
            "GET",
            "/subscriptions/00000000-0000-0000-0000-00000000dead?api-version=2022-12-01",
            None,
            404,
            "SubscriptionNotFound",
        ),
        ("PATCH", "{s}/providers?api-version=2025-04-01", {}, 405, "MethodNotAllowed"),
        ("GET", "{g}/providers/Microsoft.Nothing/things?api-version=2025-04-01", None, 501, "NotImplemented"),
        (
            "PUT",
            "{g}?api-version=2025-04-01",
            {"location": "westeurope", "colour": "red"},
            400,
            "InvalidRequestContent",
        ),
        ("PUT", "{g}?api-version=2025-04-01", {}, 400, "InvalidRequestContent"),
        ("PUT", "{g}?api-version=2025-04-01", {"location": "moon"}, 400, "LocationNotAvailableForResourceGroup"),
        (
            "GET",
            "{g}/providers/Microsoft.KeyVault/vaults/none?api-version=2026-05-15",
            None,
            404,
            "ResourceNotFound",
        ),
    ],
)
def test_errors(
    cloud: LocalCloud, group: str, method: str, path: str, body: dict[str, str] | None, status: int, answer: str
) -> None:
    """A wrong request is answered with ARM's status and code in ARM's form."""
    url = path.format(s=cloud.subscription, g=f"{cloud.subscription}/resourceGroups/{group}")
    with cloud.client(ResourceManagementClient) as client:
        reply = client._client.send_request(  # the generic client sends what the typed one would not
            HttpRequest(method, cloud.endpoint + url, json=body)
        )
    assert (reply.status_code, reply.json()["error"]["code"]) == (status, answer)
    assert reply.json()["error"]["message"]


def test_an_unknown_property_is_named(cloud: LocalCloud, group: str) -> None:
    """The answer says which property is wrong and which are known, all of them at once."""
    body = {"location": cloud.location, "colour": "red", "tags": "none"}
    with cloud.client(ResourceManagementClient) as client, pytest.raises(HttpResponseError) as raised:
        client.resource_groups.create_or_update(group, body)
    assert raised.value.error is not None
    details = {d.target: d.code for d in raised.value.error.details}
    assert details == {"colour": "UnknownProperty", "tags": "InvalidType"}


def test_a_wrong_secret_gets_no_token(cloud: LocalCloud) -> None:
    """azure-identity raises its own error for a client secret that is wrong."""
    with (
        ClientSecretCredential(
            cloud.tenant_id,
            cloud.owner.client_id,
            "wrong",
            authority=cloud.endpoint,
            disable_instance_discovery=True,
            connection_verify=cloud.ca,
        ) as credential,
        pytest.raises(ClientAuthenticationError, match="AADSTS7000215"),
    ):
        credential.get_token("https://management.azure.com/.default")


def test_no_token_and_a_token_for_somebody_else(cloud: LocalCloud) -> None:
    """Without a bearer token, or with one for storage, ARM answers 401."""
    url = f"{cloud.endpoint}{cloud.subscription}/resourceGroups?api-version=2025-04-01"
    with cloud.credential() as credential, cloud.client(ResourceManagementClient) as client:
        for token in ("", credential.get_token("https://storage.azure.com/.default").token, "not.a.token"):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            reply = client._client._pipeline._transport.send(HttpRequest("GET", url, headers=headers))
            assert reply.status_code == 401
            assert reply.headers.get("WWW-Authenticate", "").startswith("Bearer") or token


def test_a_reader_reads_and_writes_nothing(cloud: LocalCloud, group: str) -> None:
    """No role: 403 on everything. Reader on a group: reads it, 403 on PUT and DELETE there and on reads beside it."""
    caller = cloud.new_caller("reader")
    scope = f"{cloud.subscription}/resourceGroups/{group}"
    with cloud.client(ResourceManagementClient, caller) as client:
        with pytest.raises(HttpResponseError) as raised:
            client.resource_groups.get(group)
        assert code(raised.value) == (403, "AuthorizationFailed")
        assign(cloud, scope, READER, caller.object_id)
        assert client.resource_groups.get(group).name == group
        attempts: tuple[Callable[[], Any], ...] = (
            lambda: client.resource_groups.create_or_update(group, {"location": cloud.location}),
            lambda: client.resource_groups.begin_delete(group).result(),
        )
        for attempt in attempts:
            with pytest.raises(HttpResponseError) as raised:
                attempt()
            assert code(raised.value) == (403, "AuthorizationFailed")


def test_role_assignments(cloud: LocalCloud, group: str) -> None:
    """Assign, find by scope, refuse a second of the same, take away."""
    caller = cloud.new_caller("assigned")
    scope = f"{cloud.subscription}/resourceGroups/{group}"
    with cloud.client(AuthorizationManagementClient) as client:
        roles = client.role_assignments
        name = assign(cloud, scope, READER, caller.object_id)
        found = roles.get(scope, name)
        assert (found.scope, found.principal_id) == (scope, caller.object_id)
        assert name in [r.name for r in roles.list_for_scope(scope, filter="atScope()")]
        assert name in [r.name for r in roles.list_for_resource_group(group)]
        assert name in [r.name for r in roles.list_for_subscription()]
        with pytest.raises(ResourceExistsError) as raised:
            assign(cloud, scope, READER, caller.object_id)
        assert code(raised.value) == (409, "RoleAssignmentExists")
        roles.delete(scope, name)
        with pytest.raises(ResourceNotFoundError) as missing:
            roles.get(scope, name)
        assert code(missing.value) == (404, "RoleAssignmentNotFound")


def assign(cloud: LocalCloud, scope: str, role: str, principal: str) -> str:
    """A role assignment by the owner; gives its name."""
    name = str(uuid.uuid4())
    with cloud.client(AuthorizationManagementClient) as client:
        client.role_assignments.create(
            scope,
            name,
            RoleAssignmentCreateParameters(
                role_definition_id=f"{cloud.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}",
                principal_id=principal,
                principal_type="ServicePrincipal",
            ),
        )
    return name
