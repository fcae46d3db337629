"""Soft delete: what is deleted keeps its name, can be brought back or purged, and goes when its time is over."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.loganalytics import LogAnalyticsManagementClient
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient, models
from azure.mgmt.storage import StorageManagementClient

from tests.support.cloud import LocalCloud

from .rehearsal import as_it_was, rehearsal, send, unique
from .test_arm_clients import code

__all__ = ["as_it_was", "rehearsal"]

DAY = 86400


def vault(cloud: LocalCloud, **properties: Any) -> dict[str, Any]:
    sku = {"family": "A", "name": "standard"}
    fixed = {"tenantId": cloud.tenant_id, "sku": sku, "enableRbacAuthorization": True}
    return {"location": cloud.location, "properties": {**fixed, **properties}}


@pytest.mark.client
def test_a_deleted_vault_is_recovered(rehearsal: LocalCloud) -> None:
    """Its name is taken; createMode recover brings it back with what it was; purge frees the name."""
    name = unique("kv-")
    with rehearsal.client(KeyVaultManagementClient) as client:
        body = vault(rehearsal, softDeleteRetentionInDays=7, enabledForDeployment=True)
        client.vaults.begin_create_or_update("rg", name, body).result()
        client.vaults.delete("rg", name)
        found = client.vaults.get_deleted(name, rehearsal.location)
        assert found.properties.vault_id.endswith(name)
        with pytest.raises(HttpResponseError) as raised:
            client.vaults.begin_create_or_update("rg", name, vault(rehearsal)).result()
        assert code(raised.value) == (409, "VaultAlreadyExists")
        back = client.vaults.begin_create_or_update("rg", name, vault(rehearsal, createMode="recover")).result()
        assert (back.properties.soft_delete_retention_in_days, back.properties.enabled_for_deployment) == (7, True)
        assert name not in [deleted.name for deleted in client.vaults.list_deleted()]
        client.vaults.delete("rg", name)
        client.vaults.begin_purge_deleted(name, rehearsal.location).result()
        assert client.vaults.begin_create_or_update("rg", name, vault(rehearsal)).result().name == name


@pytest.mark.client
def test_purge_protection(rehearsal: LocalCloud) -> None:
    """A protected vault can't be purged, and the protection can't be taken back."""
    name = unique("kv-")
    body = vault(rehearsal, enablePurgeProtection=True, softDeleteRetentionInDays=7)
    with rehearsal.client(KeyVaultManagementClient) as client:
        client.vaults.begin_create_or_update("rg", name, body).result()
        with pytest.raises(HttpResponseError, match="irreversible"):
            client.vaults.begin_create_or_update("rg", name, vault(rehearsal, enablePurgeProtection=False)).result()
        client.vaults.delete("rg", name)
        with pytest.raises(HttpResponseError, match="purge protection"):
            client.vaults.begin_purge_deleted(name, rehearsal.location).result()
        rehearsal.advance(7 * DAY + 1)
    with rehearsal.client(KeyVaultManagementClient) as client:
        assert name not in [deleted.name for deleted in client.vaults.list_deleted()]


@pytest.mark.spec_example
@pytest.mark.parametrize(
    ("properties", "says"),
    [
        ({"softDeleteRetentionInDays": 6}, "7 to 90"),
        ({"enableSoftDelete": False}, "enableSoftDelete"),
        ({"tenantId": "00000000-0000-0000-0000-00000000dead"}, "tenant"),
        ({"enableRbacAuthorization": False}, "accessPolicies"),
    ],
)
def test_a_vault_that_is_not_right(rehearsal: LocalCloud, properties: dict[str, Any], says: str) -> None:
    """400 with what is allowed."""
    path = f"/resourceGroups/rg/providers/Microsoft.KeyVault/vaults/{unique('kv-')}?api-version=2026-05-15"
    answer = send(rehearsal, "PUT", path, vault(rehearsal, **properties))
    assert answer.status_code == 400
    assert says in answer.json()["error"]["message"]


def workspace(cloud: LocalCloud) -> models.Workspace:
    """A workspace with an account and a vault of its own."""
    where = {"location": cloud.location}
    with cloud.client(StorageManagementClient) as storage, cloud.client(KeyVaultManagementClient) as vaults:
        account = {**where, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}
        made = storage.storage_accounts.begin_create("rg", unique("st"), account).result()
        keys = vaults.vaults.begin_create_or_update("rg", unique("kv-"), vault(cloud)).result()
    identity = models.ManagedServiceIdentity(type="SystemAssigned")
    return models.Workspace(location=cloud.location, identity=identity, storage_account=made.id, key_vault=keys.id)


@pytest.mark.client
def test_a_deleted_workspace(rehearsal: LocalCloud) -> None:
    """It can't be made again until it is purged, by a delete with forceToPurge or by time; its storage stays."""
    name, body = unique("ws-"), workspace(rehearsal)
    with rehearsal.client(MachineLearningServicesMgmtClient) as client:

        def make() -> Any:
            return client.workspaces.begin_create_or_update("rg", name, body).result()

        def refused() -> str:
            with pytest.raises(HttpResponseError) as raised:
                make()
            assert code(raised.value) == (400, "BadRequest")
            return raised.value.message

        first = make()
        client.workspaces.begin_delete("rg", name).result()
        assert "Soft-deleted workspace exists" in refused()
        path = f"/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/{name}"
        assert send(rehearsal, "DELETE", f"{path}?api-version=2025-12-01&forceToPurge=true").status_code == 204
        assert make().workspace_id != first.workspace_id
        client.workspaces.begin_delete("rg", name, params={"forceToPurge": "true"}).result()
        make()
        client.workspaces.begin_delete("rg", name).result()
        assert any(key.endswith(f"/workspaces/{name}") for key in rehearsal.control("GET", "status")["deleted"])
        rehearsal.advance(14 * DAY + 1)
    with rehearsal.client(MachineLearningServicesMgmtClient) as client:
        client.workspaces.begin_create_or_update("rg", name, body).result()


@pytest.mark.client
def test_what_a_workspace_refuses_to_change(rehearsal: LocalCloud) -> None:
    """Storage and vault are for ever; a managed network grows stricter only; a location never changes."""
    name, body, other = unique("ws-"), workspace(rehearsal), workspace(rehearsal)
    with rehearsal.client(MachineLearningServicesMgmtClient) as client:
        client.workspaces.begin_create_or_update("rg", name, body).result()
        changed = models.Workspace(
            location=body.location,
            identity=body.identity,
            storage_account=other.storage_account,
            key_vault=other.key_vault,
        )
        with pytest.raises(HttpResponseError) as raised:
            client.workspaces.begin_create_or_update("rg", name, changed).result()
        assert code(raised.value) == (400, "PropertyChangeNotAllowed")
        assert "properties.storageAccount" in raised.value.message
        assert "properties.keyVault" in raised.value.message
        moved = models.Workspace(
            location="northeurope",
            identity=body.identity,
            storage_account=body.storage_account,
            key_vault=body.key_vault,
        )
        with pytest.raises(HttpResponseError) as elsewhere:
            client.workspaces.begin_create_or_update("rg", name, moved).result()
        assert code(elsewhere.value) == (409, "InvalidResourceLocation")
    path = f"/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/{name}?api-version=2025-12-01"
    strict = {"properties": {"managedNetwork": {"isolationMode": "AllowOnlyApprovedOutbound"}}}
    assert send(rehearsal, "PATCH", path, strict).status_code == 200
    loose = {"properties": {"managedNetwork": {"isolationMode": "Disabled"}}}
    assert send(rehearsal, "PATCH", path, loose).status_code == 400


@pytest.mark.client
def test_a_deleted_log_workspace_comes_back(rehearsal: LocalCloud) -> None:
    """Made again within 14 days it is the same one; deleted with `force` it is a new one."""
    name, body = unique("log-"), {"location": rehearsal.location, "properties": {}}
    with rehearsal.client(LogAnalyticsManagementClient) as client:
        first = client.workspaces.begin_create_or_update("rg", name, body).result()
        client.workspaces.begin_delete("rg", name).result()
        assert name in [deleted.name for deleted in client.deleted_workspaces.list_by_resource_group("rg")]
        second = client.workspaces.begin_create_or_update("rg", name, body).result()
        assert second.properties.customer_id == first.properties.customer_id
        client.workspaces.begin_delete("rg", name, force=True).result()
        third = client.workspaces.begin_create_or_update("rg", name, body).result()
        assert third.properties.customer_id != first.properties.customer_id
