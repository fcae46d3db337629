"""A platform as a stack declares it, made with Azure's own clients: what the ML tests stand on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from azure.mgmt.applicationinsights import ApplicationInsightsManagementClient
from azure.mgmt.containerregistry import ContainerRegistryManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.loganalytics import LogAnalyticsManagementClient
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient, models
from azure.mgmt.msi import ManagedServiceIdentityClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient

from tests.support.cloud import LocalCloud

from .test_arm_resources import unique


@dataclass(frozen=True, slots=True)
class Platform:
    """Names of what was made."""

    group: str
    workspace: str
    storage: str

    @property
    def path(self) -> str:
        """Of the workspace, below the subscription."""
        ml = "Microsoft.MachineLearningServices/workspaces"
        return f"/resourceGroups/{self.group}/providers/{ml}/{self.workspace}"


def make(cloud: LocalCloud) -> Platform:
    """Resource group, storage, vault, logs, insights, images, identity, workspace."""
    found = Platform(unique("rg-platform-"), "workspace", unique("mlst"))
    where: dict[str, Any] = {"location": cloud.location}
    group = found.group
    with (
        cloud.client(ResourceManagementClient) as resources,
        cloud.client(StorageManagementClient) as storage,
        cloud.client(KeyVaultManagementClient) as vaults,
        cloud.client(LogAnalyticsManagementClient) as logs,
        cloud.client(ApplicationInsightsManagementClient) as insights,
        cloud.client(ContainerRegistryManagementClient) as images,
        cloud.client(ManagedServiceIdentityClient) as identities,
        cloud.client(MachineLearningServicesMgmtClient) as ml,
    ):
        resources.resource_groups.create_or_update(group, where)
        account = {**where, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}
        made_account = storage.storage_accounts.begin_create(group, found.storage, account).result()
        sku = {"family": "A", "name": "standard"}
        vault = {**where, "properties": {"tenantId": cloud.tenant_id, "sku": sku, "accessPolicies": []}}
        made_vault = vaults.vaults.begin_create_or_update(group, unique("kv-"), vault).result()
        workspace = {**where, "properties": {"sku": {"name": "PerGB2018"}}}
        made_logs = logs.workspaces.begin_create_or_update(group, "logs", workspace).result()
        component = {"Application_Type": "web", "WorkspaceResourceId": made_logs.id}
        made_insights = insights.components.create_or_update(
            group, "insights", {**where, "kind": "web", "properties": component}
        )
        registry = {**where, "sku": {"name": "Basic"}, "properties": {"adminUserEnabled": True}}
        made_images = images.registries.begin_create(group, unique("acr"), registry).result()
        identities.user_assigned_identities.create_or_update(group, "identity", where)
        ml.workspaces.begin_create_or_update(
            group,
            found.workspace,
            models.Workspace(
                location=cloud.location,
                identity=models.ManagedServiceIdentity(type="SystemAssigned"),
                storage_account=made_account.id,
                key_vault=made_vault.id,
                application_insights=made_insights.id,
                container_registry=made_images.id,
            ),
        ).result()
    return found


def delete(cloud: LocalCloud, platform: Platform) -> None:
    with cloud.client(ResourceManagementClient) as resources:
        resources.resource_groups.begin_delete(platform.group).result()
