"""Bodies as Azure's SDKs serialise them, by method and path: what official examples and our programs send."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from azure.mgmt.applicationinsights.v2020_02_02 import models as insights
from azure.mgmt.authorization.v2022_04_01 import models as authorization
from azure.mgmt.containerregistry import models as registry
from azure.mgmt.containerregistry._utils.model_base import SdkJSONEncoder
from azure.mgmt.keyvault import models as vault
from azure.mgmt.loganalytics import models as logs
from azure.mgmt.machinelearningservices import models as ml
from azure.mgmt.msi.v2024_11_30 import models as identity
from azure.mgmt.resource.locks import models as locks
from azure.mgmt.resource.resources import models as resources
from azure.mgmt.storage import models as storage

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg"
WORKSPACE = f"{GROUP}/providers/Microsoft.MachineLearningServices/workspaces/workspace"
REGISTRY = f"{GROUP}/providers/Microsoft.MachineLearningServices/registries/registry"
TENANT = "00000000-0000-0000-0000-000000000002"


@dataclass(frozen=True, slots=True)
class Example:
    """One request."""

    method: str
    path: str
    body: dict[str, Any]


def wire(model: Any) -> dict[str, Any]:
    """The JSON that the SDK would send."""
    if hasattr(model, "serialize"):
        return dict(json.loads(json.dumps(model.serialize())))
    return dict(json.loads(json.dumps(model, cls=SdkJSONEncoder, exclude_readonly=True)))


def examples() -> list[Example]:
    """All of them; what the SDK leaves out as read-only is left out here as well."""
    system = ml.ManagedServiceIdentity(type="SystemAssigned")
    put = [
        (GROUP, resources.ResourceGroup(location="westeurope", tags={"env": "dev"})),
        (
            f"{GROUP}/providers/Microsoft.Storage/storageAccounts/account",
            storage.StorageAccountCreateParameters(
                sku=storage.Sku(name="Standard_LRS"),
                kind="StorageV2",
                location="westeurope",
                properties=storage.StorageAccountPropertiesCreateParameters(
                    allow_blob_public_access=False,
                    minimum_tls_version="TLS1_2",
                    enable_https_traffic_only=True,
                    network_rule_set=storage.NetworkRuleSet(default_action="Deny", bypass="AzureServices"),
                    encryption=storage.Encryption(
                        key_source="Microsoft.Storage",
                        services=storage.EncryptionServices(blob=storage.EncryptionService(enabled=True)),
                    ),
                ),
            ),
        ),
        (
            f"{GROUP}/providers/Microsoft.Storage/storageAccounts/account/blobServices/default/containers/models",
            storage.BlobContainer(
                container_properties=storage.ContainerProperties(public_access="None", metadata={"a": "b"})
            ),
        ),
        (
            f"{GROUP}/providers/Microsoft.KeyVault/vaults/vault",
            vault.VaultCreateOrUpdateParameters(
                location="westeurope",
                properties=vault.VaultProperties(
                    tenant_id=TENANT,
                    sku=vault.Sku(family="A", name="standard"),
                    enable_rbac_authorization=True,
                    enable_purge_protection=True,
                    soft_delete_retention_in_days=7,
                    access_policies=[],
                ),
            ),
        ),
        (
            f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/images",
            registry.Registry(
                location="westeurope",
                sku=registry.Sku(name="Premium"),
                properties=registry.RegistryProperties(admin_user_enabled=False, zone_redundancy="Disabled"),
            ),
        ),
        (
            f"{GROUP}/providers/Microsoft.Insights/components/appi",
            insights.ApplicationInsightsComponent(
                location="westeurope", kind="web", application_type="web", workspace_resource_id=f"{GROUP}/x"
            ),
        ),
        (
            f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/logs",
            logs.Workspace(
                location="westeurope",
                properties=logs.WorkspaceProperties(sku=logs.WorkspaceSku(name="PerGB2018"), retention_in_days=30),
            ),
        ),
        (
            f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id",
            identity.Identity(location="westeurope", tags={"a": "b"}),
        ),
        (
            f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
            "/federatedIdentityCredentials/github-main",
            identity.FederatedIdentityCredential(
                issuer="https://token.actions.githubusercontent.com",
                subject="repo:o/r:environment:dev",
                audiences=["api://AzureADTokenExchange"],
            ),
        ),
        (
            f"{WORKSPACE}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-0000-0000-000000000003",
            authorization.RoleAssignmentCreateParameters(
                role_definition_id=f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/x",
                principal_id=TENANT,
                principal_type="ServicePrincipal",
            ),
        ),
        (
            f"{GROUP}/providers/Microsoft.Authorization/locks/keep",
            locks.ManagementLockObject(level="CanNotDelete", notes="production"),
        ),
        (
            WORKSPACE,
            ml.Workspace(
                location="westeurope",
                identity=system,
                friendly_name="A workspace",
                storage_account=f"{GROUP}/s",
                key_vault=f"{GROUP}/k",
                application_insights=f"{GROUP}/a",
                public_network_access="Disabled",
            ),
        ),
        (
            f"{WORKSPACE}/computes/cpu",
            ml.ComputeResource(
                location="westeurope",
                properties=ml.AmlCompute(
                    properties=ml.AmlComputeProperties(
                        vm_size="Standard_DS3_v2",
                        vm_priority="Dedicated",
                        scale_settings=ml.ScaleSettings(
                            max_node_count=4, min_node_count=0, node_idle_time_before_scale_down=timedelta(minutes=2)
                        ),
                    )
                ),
            ),
        ),
        (
            f"{WORKSPACE}/datastores/blobs",
            ml.Datastore(
                properties=ml.AzureBlobDatastore(
                    account_name="account",
                    container_name="data",
                    credentials=ml.AccountKeyDatastoreCredentials(
                        secrets=ml.AccountKeyDatastoreSecrets(key="c2VjcmV0")
                    ),
                )
            ),
        ),
        (
            f"{WORKSPACE}/onlineEndpoints/endpoint",
            ml.OnlineEndpoint(
                location="westeurope",
                identity=system,
                properties=ml.OnlineEndpointProperties(auth_mode="Key", traffic={"blue": 90, "green": 10}),
            ),
        ),
        (
            f"{WORKSPACE}/onlineEndpoints/endpoint/deployments/blue",
            ml.OnlineDeployment(
                location="westeurope",
                sku=ml.Sku(name="Default", capacity=2),
                properties=ml.ManagedOnlineDeployment(
                    model="azureml://registries/reg/models/m/versions/1",
                    environment_id="azureml://registries/reg/environments/e/versions/1",
                    code_configuration=ml.CodeConfiguration(code_id=f"{WORKSPACE}/codes/c", scoring_script="score.py"),
                    instance_type="Standard_DS3_v2",
                    environment_variables={"A": "b"},
                    request_settings=ml.OnlineRequestSettings(request_timeout=timedelta(seconds=5)),
                    liveness_probe=ml.ProbeSettings(failure_threshold=30, period=timedelta(seconds=10)),
                    scale_settings=ml.DefaultScaleSettings(),
                ),
            ),
        ),
        (
            f"{WORKSPACE}/jobs/job1",
            ml.JobBase(
                properties=ml.CommandJob(
                    command="python train.py",
                    environment_id=f"{WORKSPACE}/environments/e/versions/1",
                    experiment_name="e",
                    inputs={"rate": ml.LiteralJobInput(value="0.1"), "data": ml.UriFolderJobInput(uri="azureml://x")},
                    outputs={"model": ml.CustomModelJobOutput(mode="ReadWriteMount")},
                    resources=ml.JobResourceConfiguration(instance_count=1),
                    limits=ml.CommandJobLimits(timeout=timedelta(hours=1)),
                )
            ),
        ),
        (
            f"{WORKSPACE}/environments/e/versions/1",
            ml.EnvironmentVersion(
                properties=ml.EnvironmentVersionProperties(image="mcr.microsoft.com/x", conda_file="name: x")
            ),
        ),
        (
            f"{REGISTRY}/models/m/versions/1",
            ml.ModelVersion(properties=ml.ModelVersionProperties(model_type="mlflow_model", model_uri="azureml://x")),
        ),
        (
            f"{WORKSPACE}/data/d/versions/1",
            ml.DataVersionBase(properties=ml.UriFolderDataVersion(data_uri="azureml://x", tags={"a": "b"})),
        ),
        (f"{WORKSPACE}/codes/c/versions/1", ml.CodeVersion(properties=ml.CodeVersionProperties(code_uri="https://x"))),
    ]
    post = [
        (
            f"{REGISTRY}/codes/c/versions/1/startPendingUpload",
            ml.PendingUploadRequestDto(pending_upload_type="TemporaryBlobReference"),
        ),
        (
            f"{SUBSCRIPTION}/providers/Microsoft.KeyVault/checkNameAvailability",
            vault.VaultCheckNameAvailabilityParameters(name="vault"),
        ),
    ]
    return [Example("PUT", path, wire(model)) for path, model in put] + [
        Example("POST", path, wire(model)) for path, model in post
    ]
