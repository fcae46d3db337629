"""Azure's own clients make, read, list and delete the resources that a platform stack needs."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.applicationinsights import ApplicationInsightsManagementClient
from azure.mgmt.containerregistry import ContainerRegistryManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.loganalytics import LogAnalyticsManagementClient
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient

from tests.support.cloud import LocalCloud

from .test_arm_clients import READER, assign, code

pytestmark = pytest.mark.client


def unique(prefix: str) -> str:
    return f"{prefix}{uuid.uuid4().hex[:10]}"


def test_storage_account(cloud: LocalCloud, group: str) -> None:
    """An account with keys, endpoints on the local suffix, and a container; its name is taken for everybody."""
    name = unique("acc")
    body = {"location": cloud.location, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}
    with cloud.client(StorageManagementClient) as client:
        accounts = client.storage_accounts
        assert accounts.check_name_availability(
            {"name": name, "type": "Microsoft.Storage/storageAccounts"}
        ).name_available
        made = accounts.begin_create(group, name, body).result()
        assert made.properties.provisioning_state == "Succeeded"
        assert made.properties.primary_endpoints.blob == f"https://{name}.blob.{cloud.told['storage_suffix']}/"
        assert [a.name for a in accounts.list_by_resource_group(group)] == [name]
        assert not accounts.check_name_availability(
            {"name": name, "type": "Microsoft.Storage/storageAccounts"}
        ).name_available
        first, second = accounts.list_keys(group, name).keys_property
        assert first.value != second.value
        renewed = {k.key_name: k.value for k in accounts.regenerate_key(group, name, {"keyName": "key1"}).keys_property}
        assert renewed["key1"] != first.value
        assert renewed["key2"] == second.value
        client.blob_containers.create(group, name, "models", {"properties": {"publicAccess": "None"}})
        assert [c.name for c in client.blob_containers.list(group, name)] == ["models"]
        accounts.delete(group, name)
        with pytest.raises(ResourceNotFoundError):
            accounts.get_properties(group, name)


def test_key_vault(cloud: LocalCloud, group: str) -> None:
    """A vault, its tenant and soft delete: a deleted vault is listed and keeps its name until it is purged."""
    name = unique("kv-")
    body = {
        "location": cloud.location,
        "properties": {"tenantId": cloud.tenant_id, "sku": {"family": "A", "name": "standard"}, "accessPolicies": []},
    }
    with cloud.client(KeyVaultManagementClient) as client:
        made = client.vaults.begin_create_or_update(group, name, body).result()
        assert made.properties.enable_soft_delete
        assert made.properties.vault_uri
        assert [v.name for v in client.vaults.list_by_resource_group(group)] == [name]
        client.vaults.delete(group, name)
        assert name in [v.name for v in client.vaults.list_deleted()]
        assert not client.vaults.check_name_availability(
            {"name": name, "type": "Microsoft.KeyVault/vaults"}
        ).name_available
        client.vaults.begin_purge_deleted(name, cloud.location).result()
        assert name not in [v.name for v in client.vaults.list_deleted()]


def test_logs_and_insights(cloud: LocalCloud, group: str) -> None:
    """A Log Analytics workspace with keys, and an Application Insights component that writes to it."""
    name = unique("log-")
    body = {"location": cloud.location, "properties": {"sku": {"name": "PerGB2018"}, "retentionInDays": 30}}
    with (
        cloud.client(LogAnalyticsManagementClient) as logs,
        cloud.client(ApplicationInsightsManagementClient) as insights,
    ):
        made = logs.workspaces.begin_create_or_update(group, name, body).result()
        assert made.properties.customer_id
        assert logs.shared_keys.get_shared_keys(group, name).primary_shared_key
        found = insights.components.create_or_update(
            group,
            "appi",
            {
                "location": cloud.location,
                "kind": "web",
                "properties": {"Application_Type": "web", "WorkspaceResourceId": made.id},
            },
        )
        assert found.instrumentation_key
        assert found.connection_string
        assert found.workspace_resource_id == made.id
        assert [c.name for c in insights.components.list_by_resource_group(group)] == ["appi"]
        insights.components.delete(group, "appi")
        logs.workspaces.begin_delete(group, name, force=True).result()
        assert not list(logs.workspaces.list_by_resource_group(group))


def test_container_registry(cloud: LocalCloud, group: str) -> None:
    """A registry with its login server; credentials only where the admin user is enabled."""
    name = unique("acr")
    with cloud.client(ContainerRegistryManagementClient) as client:
        body = {"location": cloud.location, "sku": {"name": "Basic"}, "properties": {"adminUserEnabled": False}}
        made = client.registries.begin_create(group, name, body).result()
        assert made.properties.login_server
        assert made.properties.login_server.startswith(name)
        with pytest.raises(HttpResponseError):
            client.registries.list_credentials(group, name)
        changed = client.registries.begin_update(group, name, {"properties": {"adminUserEnabled": True}}).result()
        assert changed.properties.admin_user_enabled
        assert client.registries.list_credentials(group, name).username == name
        client.registries.begin_delete(group, name).result()
        assert not list(client.registries.list_by_resource_group(group))


def test_user_assigned_identity(cloud: LocalCloud, group: str) -> None:
    """An identity with its principal, and a federated credential for a pipeline below it."""
    with cloud.client(ManagedServiceIdentityClient) as client:
        made = client.user_assigned_identities.create_or_update(group, "id", {"location": cloud.location})
        assert made.tenant_id == cloud.tenant_id
        assert made.principal_id
        assert made.client_id
        again = client.user_assigned_identities.create_or_update(group, "id", {"location": cloud.location})
        assert (again.principal_id, again.client_id) == (made.principal_id, made.client_id)
        client.federated_identity_credentials.create_or_update(
            group,
            "id",
            "github",
            {
                "properties": {
                    "issuer": "https://token.actions.githubusercontent.com",
                    "subject": "repo:o/r:environment:dev",
                    "audiences": ["api://AzureADTokenExchange"],
                }
            },
        )
        assert [c.name for c in client.federated_identity_credentials.list(group, "id")] == ["github"]
        client.user_assigned_identities.delete(group, "id")
        with pytest.raises(ResourceNotFoundError):
            client.federated_identity_credentials.get(group, "id", "github")


def test_the_resources_of_a_group(cloud: LocalCloud, group: str) -> None:
    """A group lists what is in it, of every type, and deleting it deletes all of it."""
    with (
        cloud.client(ResourceManagementClient) as client,
        cloud.client(ManagedServiceIdentityClient) as identities,
    ):
        for name in ("a", "b"):
            identities.user_assigned_identities.create_or_update(group, name, {"location": cloud.location})
        found = list(client.resources.list_by_resource_group(group))
        assert [(r.name, r.type) for r in found] == [
            (name, "Microsoft.ManagedIdentity/userAssignedIdentities") for name in ("a", "b")
        ]
        assert found[0].id
        assert client.resources.get_by_id(found[0].id, api_version="2024-11-30").name == "a"
        assert client.resources.check_existence_by_id(found[0].id, api_version="2024-11-30")
        client.resource_groups.begin_delete(group).result()
        client.resource_groups.create_or_update(group, {"location": cloud.location})
        assert not list(client.resources.list_by_resource_group(group))


def test_a_reader_gets_no_keys(cloud: LocalCloud, group: str) -> None:
    """Reader sees an account but not its keys, and can't create another."""
    name = unique("acc")
    body = {"location": cloud.location, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}
    caller = cloud.new_caller("storage-reader")
    assign(cloud, f"{cloud.subscription}/resourceGroups/{group}", READER, caller.object_id)
    with cloud.client(StorageManagementClient) as owner, cloud.client(StorageManagementClient, caller) as reader:
        owner.storage_accounts.begin_create(group, name, body).result()
        assert reader.storage_accounts.get_properties(group, name).name == name
        attempts: tuple[Callable[[], Any], ...] = (
            lambda: reader.storage_accounts.list_keys(group, name),
            lambda: reader.storage_accounts.begin_create(group, unique("acc"), body).result(),
        )
        for attempt in attempts:
            with pytest.raises(HttpResponseError) as raised:
                attempt()
            assert code(raised.value) == (403, "AuthorizationFailed")
