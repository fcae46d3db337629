"""Private endpoints by azure-mgmt-network, the connections at their targets by each service's own client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.containerregistry import ContainerRegistryManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.storage import StorageManagementClient

from tests.support.cloud import LocalCloud

from .azure_platform import Platform
from .private_links import CONTRIBUTOR, NETWORK_CONTRIBUTOR, body, make, network, status_of, storage_account, subnet
from .rehearsal import send
from .test_arm_clients import assign, code
from .test_arm_resources import unique

pytestmark = pytest.mark.client


@pytest.fixture
def storage(cloud: LocalCloud, group: str) -> str:
    return storage_account(cloud, group)


@pytest.fixture
def client(cloud: LocalCloud) -> Iterator[Any]:
    with network(cloud) as found:
        yield found


def test_an_approved_endpoint_and_its_connection(cloud: LocalCloud, client: Any, group: str, storage: str) -> None:
    """Who may approve gets it approved at once; the target shows the connection, and loses it with the endpoint."""
    made = make(client, cloud, group, "pe-blob", storage, "blob", tags={"a": "b"})
    assert (made.provisioning_state, made.location, made.tags) == ("Succeeded", cloud.location, {"a": "b"})
    (there,) = made.private_link_service_connections
    assert (there.group_ids, there.private_link_service_id) == (["blob"], storage)
    assert status_of(made) == "Approved"
    assert made.subnet.id == subnet(cloud, group)
    assert [one.name for one in client.private_endpoints.list(group)] == ["pe-blob"]
    with cloud.client(StorageManagementClient) as accounts:
        name = storage.rsplit("/", 1)[-1]
        (held,) = accounts.storage_accounts.get_properties(group, name).private_endpoint_connections
        assert held.private_endpoint.id == made.id
        assert held.private_link_service_connection_state.status == "Approved"
        listed = list(accounts.private_endpoint_connections.list(group, name))
        assert [one.name for one in listed] == [held.name]
        client.private_endpoints.begin_delete(group, "pe-blob").result()
        assert accounts.storage_accounts.get_properties(group, name).private_endpoint_connections == []
    with pytest.raises(ResourceNotFoundError):
        client.private_endpoints.get(group, "pe-blob")


def test_what_an_endpoint_can_lead_to(cloud: LocalCloud, client: Any, group: str, platform: Platform) -> None:
    """A vault, a Premium registry, a workspace, an ML registry: each by its own group, each shows the connection."""
    where: dict[str, Any] = {"location": cloud.location}
    with cloud.client(ContainerRegistryManagementClient) as images:
        registry = images.registries.begin_create(group, unique("acr"), {**where, "sku": {"name": "Premium"}}).result()
        make(client, cloud, group, "pe-registry", registry.id, "registry")
        assert len(images.registries.get(group, registry.name).private_endpoint_connections) == 1
        assert len(list(images.private_endpoint_connections.list(group, registry.name))) == 1
    with cloud.client(KeyVaultManagementClient) as vaults:
        sku = {"family": "A", "name": "standard"}
        settings = {"tenantId": cloud.tenant_id, "sku": sku, "accessPolicies": []}
        vault = vaults.vaults.begin_create_or_update(group, unique("kv-"), {**where, "properties": settings}).result()
        make(client, cloud, group, "pe-vault", vault.id, "vault")
        assert len(vaults.vaults.get(group, vault.name).properties.private_endpoint_connections) == 1
        assert [one.group_id for one in vaults.private_link_resources.list_by_vault(group, vault.name).value] == [
            "vault"
        ]
        with pytest.raises(ResourceNotFoundError):
            vaults.private_link_resources.list_by_vault(group, "none")
    make(client, cloud, group, "pe-workspace", f"{cloud.subscription}{platform.path}", "amlworkspace")
    with cloud.client(MachineLearningServicesMgmtClient) as ml:
        found = ml.workspaces.get(platform.group, platform.workspace)
        assert [one.private_link_service_connection_state.status for one in found.private_endpoint_connections] == [
            "Approved"
        ]
        assert len(list(ml.private_endpoint_connections.list(platform.group, platform.workspace))) == 1
        client.private_endpoints.begin_delete(group, "pe-workspace").result()
        assert list(ml.private_endpoint_connections.list(platform.group, platform.workspace)) == []


def test_an_ml_registry_shows_its_connections(cloud: LocalCloud, client: Any, group: str) -> None:
    """Below a name of its own, with the groups."""
    regions = [{"location": cloud.location, "acrDetails": [], "storageAccountDetails": []}]
    made = {
        "location": cloud.location,
        "identity": {"type": "SystemAssigned"},
        "properties": {"regionDetails": regions},
    }
    path = f"/resourceGroups/{group}/providers/Microsoft.MachineLearningServices/registries/{unique('mlr-')}"
    asked = f"{path}?api-version=2025-12-01"
    assert send(cloud, "PUT", asked, made).status_code in (200, 201, 202)
    make(client, cloud, group, "pe-assets", f"{cloud.subscription}{path}", "amlregistry")
    (held,) = send(cloud, "GET", asked).json()["properties"]["registryPrivateEndpointConnections"]
    assert held["properties"]["groupIds"] == ["amlregistry"]
    assert held["properties"]["registryPrivateLinkServiceConnectionState"]["status"] == "Approved"


def test_who_may_not_join_or_approve(cloud: LocalCloud, client: Any, group: str, storage: str) -> None:
    """A caller needs the right to join the subnet, and to approve at the target: else LinkedAuthorizationFailed names
    what is missing. By a manual request, which needs no approval, the connection waits for the target's owner."""
    caller = cloud.new_caller("network")
    own, join = unique("rg-"), "Microsoft.Network/virtualNetworks/subnets/join/action"
    asked = {"location": cloud.location}
    assert send(cloud, "PUT", f"/resourceGroups/{own}?api-version=2024-03-01", asked).status_code == 201
    assign(cloud, f"{cloud.subscription}/resourceGroups/{own}", CONTRIBUTOR, caller.object_id)
    with network(cloud, caller) as theirs:
        with pytest.raises(HttpResponseError) as raised:
            make(theirs, cloud, own, "pe", storage, "blob", network=group)
        assert code(raised.value) == (403, "LinkedAuthorizationFailed")
        assert join in raised.value.message
        assign(cloud, f"{cloud.subscription}/resourceGroups/{group}", NETWORK_CONTRIBUTOR, caller.object_id)
        with pytest.raises(HttpResponseError) as raised:
            make(theirs, cloud, own, "pe", storage, "blob", network=group)
        assert code(raised.value) == (403, "LinkedAuthorizationFailed")
        assert "PrivateEndpointConnectionsApproval/action" in raised.value.message
        made = make(theirs, cloud, own, "pe", storage, "blob", network=group, manual="please")
        assert status_of(made) == "Pending"
    with cloud.client(StorageManagementClient) as accounts:
        name = storage.rsplit("/", 1)[-1]
        (held,) = accounts.private_endpoint_connections.list(group, name)
        assert held.private_link_service_connection_state.description == "please"
        for wanted in ("Approved", "Rejected"):
            state = {"privateLinkServiceConnectionState": {"status": wanted, "description": "by hand"}}
            accounts.private_endpoint_connections.put(group, name, held.name, {"properties": state})
            assert status_of(client.private_endpoints.get(own, "pe")) == wanted
        with pytest.raises(HttpResponseError) as raised:
            state = {"privateLinkServiceConnectionState": {"status": "Disconnected"}}
            accounts.private_endpoint_connections.put(group, name, held.name, {"properties": state})
        assert code(raised.value)[0] == 400
        state["privateLinkServiceConnectionState"]["status"] = "Approved"
        with pytest.raises(ResourceNotFoundError):
            accounts.private_endpoint_connections.put(group, name, "none", {"properties": state})
    client.private_endpoints.begin_delete(own, "pe").result()


def test_a_connection_that_its_owner_removes(cloud: LocalCloud, client: Any, group: str, storage: str) -> None:
    """The endpoint is disconnected, also when the target itself is gone; putting it again doesn't bring it back."""
    make(client, cloud, group, "pe-one", storage, "blob")
    make(client, cloud, group, "pe-two", storage, "file")
    name = storage.rsplit("/", 1)[-1]
    with cloud.client(StorageManagementClient) as accounts:
        first = next(
            one
            for one in accounts.private_endpoint_connections.list(group, name)
            if one.private_endpoint.id.endswith("pe-one")
        )
        accounts.private_endpoint_connections.delete(group, name, first.name)
        assert status_of(client.private_endpoints.get(group, "pe-one")) == "Disconnected"
        assert status_of(client.private_endpoints.get(group, "pe-two")) == "Approved"
        assert status_of(make(client, cloud, group, "pe-one", storage, "blob", tags={"again": "1"})) == "Disconnected"
        accounts.storage_accounts.delete(group, name)
    assert status_of(client.private_endpoints.get(group, "pe-two")) == "Disconnected"
    client.private_endpoints.begin_delete(group, "pe-two").result()
    assert [one.name for one in client.private_endpoints.list_by_subscription()] == ["pe-one"]


def _subnet(asked: dict[str, Any], id: str) -> None:
    asked["properties"]["subnet"]["id"] = id


def _elsewhere(id: str) -> str:
    """The same id in another subscription."""
    return f"/subscriptions/{uuid4()}/{id.split('/', 3)[3]}"


def _connection(asked: dict[str, Any], **changes: Any) -> None:
    asked["properties"]["privateLinkServiceConnections"][0]["properties"].update(changes)


@pytest.mark.parametrize(
    ("wrong", "answer"),
    [
        (lambda asked: _subnet(asked, "snet"), "LinkedInvalidPropertyId"),
        (lambda asked: asked["properties"].pop("subnet"), "LinkedInvalidPropertyId"),
        (lambda asked: _subnet(asked, _elsewhere(asked["properties"]["subnet"]["id"])), "BadRequest"),
        (lambda asked: _connection(asked, groupIds=["vault"]), "IncorrectPrivateLinkServiceConnectionGroupId"),
        (lambda asked: _connection(asked, groupIds=[]), "IncorrectPrivateLinkServiceConnectionGroupId"),
        (
            lambda asked: _connection(asked, privateLinkServiceId="/subscriptions/x/resourceGroups/y"),
            "InvalidResourceReference",
        ),
        (lambda asked: asked["properties"].update(privateLinkServiceConnections=[]), "InvalidRequestFormat"),
        (lambda asked: asked["properties"]["privateLinkServiceConnections"].append({}), "InvalidRequestFormat"),
        (lambda asked: asked["properties"].update(vnet="x"), "InvalidRequestContent"),
    ],
    ids=["subnet", "no-subnet", "subscription", "group", "no-group", "target", "none", "two", "unknown"],
)
def test_an_endpoint_that_is_not_right(cloud: LocalCloud, group: str, storage: str, wrong: Any, answer: str) -> None:
    """A subnet that is no id or in another subscription, a target that isn't there, a group that it doesn't have."""
    asked = body(cloud, group, storage, "blob")
    wrong(asked)
    path = f"/resourceGroups/{group}/providers/Microsoft.Network/privateEndpoints/pe?api-version=2026-03-01"
    refused = send(cloud, "PUT", path, asked)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, answer)
    assert send(cloud, "GET", path).status_code == 404


def test_what_cant_be_changed(cloud: LocalCloud, client: Any, group: str, storage: str) -> None:
    """Neither its subnet nor what it leads to; a registry that isn't Premium takes none."""
    make(client, cloud, group, "pe", storage, "blob")
    for change in ({"target": storage, "part": "file"}, {"target": storage_account(cloud, group), "part": "blob"}):
        with pytest.raises(HttpResponseError) as raised:
            make(client, cloud, group, "pe", **change)
        assert code(raised.value) == (400, "PropertyChangeNotAllowed")
    with pytest.raises(HttpResponseError) as raised:
        make(client, cloud, group, "pe", storage, "blob", network="another")
    assert code(raised.value) == (400, "PropertyChangeNotAllowed")
    with cloud.client(ContainerRegistryManagementClient) as images:
        basic = images.registries.begin_create(
            group, unique("acr"), {"location": cloud.location, "sku": {"name": "Basic"}}
        ).result()
    with pytest.raises(HttpResponseError) as raised:
        make(client, cloud, group, "pe-registry", basic.id, "registry")
    assert code(raised.value) == (400, "FeatureNotSupported")
