"""ARM path templates by (SDK module, resource type).

A parameter has the name of the SDK's input. Source: the paths of the ARM specifications (azure-rest-api-specs).
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

GROUP = "/subscriptions/{subscriptionId}/resourceGroups/{resourceGroupName}"
_ML = f"{GROUP}/providers/Microsoft.MachineLearningServices"
_WORKSPACE = f"{_ML}/workspaces/{{workspaceName}}"
_REGISTRY = f"{_ML}/registries/{{registryName}}"
_STORAGE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/{{accountName}}"
_VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/{{vaultName}}"
_ACR = f"{GROUP}/providers/Microsoft.ContainerRegistry/registries/{{registryName}}"
_LOGS = "/subscriptions/{subscriptionId}/resourcegroups/{resourceGroupName}/providers/Microsoft.OperationalInsights"
_IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{{resourceName}}"
_NETWORK = f"{GROUP}/providers/Microsoft.Network"
_COGNITIVE = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/{{accountName}}"
_ZONE = f"{_NETWORK}/privateDnsZones/{{privateZoneName}}"

_PATHS: dict[str, dict[str, str]] = {
    "resources": {"ResourceGroup": GROUP},
    "machinelearningservices": {
        "Workspace": _WORKSPACE,
        "WorkspaceConnection": f"{_WORKSPACE}/connections/{{connectionName}}",
        "Compute": f"{_WORKSPACE}/computes/{{computeName}}",
        "OnlineEndpoint": f"{_WORKSPACE}/onlineEndpoints/{{endpointName}}",
        "OnlineDeployment": f"{_WORKSPACE}/onlineEndpoints/{{endpointName}}/deployments/{{deploymentName}}",
        "BatchEndpoint": f"{_WORKSPACE}/batchEndpoints/{{endpointName}}",
        "BatchDeployment": f"{_WORKSPACE}/batchEndpoints/{{endpointName}}/deployments/{{deploymentName}}",
        "ServerlessEndpoint": f"{_WORKSPACE}/serverlessEndpoints/{{name}}",
        "MarketplaceSubscription": f"{_WORKSPACE}/marketplaceSubscriptions/{{name}}",
        "Datastore": f"{_WORKSPACE}/datastores/{{name}}",
        "Schedule": f"{_WORKSPACE}/schedules/{{name}}",
        "Job": f"{_WORKSPACE}/jobs/{{id}}",
        "CodeContainer": f"{_WORKSPACE}/codes/{{name}}",
        "CodeVersion": f"{_WORKSPACE}/codes/{{name}}/versions/{{version}}",
        "ComponentContainer": f"{_WORKSPACE}/components/{{name}}",
        "ComponentVersion": f"{_WORKSPACE}/components/{{name}}/versions/{{version}}",
        "DataContainer": f"{_WORKSPACE}/data/{{name}}",
        "DataVersion": f"{_WORKSPACE}/data/{{name}}/versions/{{version}}",
        "EnvironmentContainer": f"{_WORKSPACE}/environments/{{name}}",
        "EnvironmentVersion": f"{_WORKSPACE}/environments/{{name}}/versions/{{version}}",
        "ModelContainer": f"{_WORKSPACE}/models/{{name}}",
        "ModelVersion": f"{_WORKSPACE}/models/{{name}}/versions/{{version}}",
        "Registry": _REGISTRY,
        "RegistryCodeContainer": f"{_REGISTRY}/codes/{{codeName}}",
        "RegistryCodeVersion": f"{_REGISTRY}/codes/{{codeName}}/versions/{{version}}",
        "RegistryComponentContainer": f"{_REGISTRY}/components/{{componentName}}",
        "RegistryComponentVersion": f"{_REGISTRY}/components/{{componentName}}/versions/{{version}}",
        "RegistryDataContainer": f"{_REGISTRY}/data/{{name}}",
        "RegistryDataVersion": f"{_REGISTRY}/data/{{name}}/versions/{{version}}",
        "RegistryEnvironmentContainer": f"{_REGISTRY}/environments/{{environmentName}}",
        "RegistryEnvironmentVersion": f"{_REGISTRY}/environments/{{environmentName}}/versions/{{version}}",
        "RegistryModelContainer": f"{_REGISTRY}/models/{{modelName}}",
        "RegistryModelVersion": f"{_REGISTRY}/models/{{modelName}}/versions/{{version}}",
    },
    "storage": {
        "StorageAccount": _STORAGE,
        "BlobContainer": f"{_STORAGE}/blobServices/default/containers/{{containerName}}",
        "FileShare": f"{_STORAGE}/fileServices/default/shares/{{shareName}}",
    },
    "keyvault": {"Vault": _VAULT, "Secret": f"{_VAULT}/secrets/{{secretName}}"},
    "containerregistry": {"Registry": _ACR},
    "applicationinsights": {"Component": f"{GROUP}/providers/Microsoft.Insights/components/{{resourceName}}"},
    "operationalinsights": {"Workspace": f"{_LOGS}/workspaces/{{workspaceName}}"},
    "managedidentity": {
        "UserAssignedIdentity": _IDENTITY,
        "FederatedIdentityCredential": (
            f"{_IDENTITY}/federatedIdentityCredentials/{{federatedIdentityCredentialResourceName}}"
        ),
    },
    "authorization": {
        "RoleAssignment": "/{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        "RoleDefinition": "/{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
        "ManagementLockByScope": "/{scope}/providers/Microsoft.Authorization/locks/{lockName}",
        "ManagementLockAtResourceGroupLevel": f"{GROUP}/providers/Microsoft.Authorization/locks/{{lockName}}",
    },
    "network": {
        "PrivateEndpoint": f"{_NETWORK}/privateEndpoints/{{privateEndpointName}}",
        "PrivateDnsZoneGroup": (
            f"{_NETWORK}/privateEndpoints/{{privateEndpointName}}/privateDnsZoneGroups/{{privateDnsZoneGroupName}}"
        ),
        "VirtualNetwork": f"{_NETWORK}/virtualNetworks/{{virtualNetworkName}}",
        "Subnet": f"{_NETWORK}/virtualNetworks/{{virtualNetworkName}}/subnets/{{subnetName}}",
        "NetworkSecurityGroup": f"{_NETWORK}/networkSecurityGroups/{{networkSecurityGroupName}}",
        "SecurityRule": (
            f"{_NETWORK}/networkSecurityGroups/{{networkSecurityGroupName}}/securityRules/{{securityRuleName}}"
        ),
    },
    "privatedns": {
        "PrivateZone": _ZONE,
        "VirtualNetworkLink": f"{_ZONE}/virtualNetworkLinks/{{virtualNetworkLinkName}}",
    },
    "cognitiveservices": {
        "Account": _COGNITIVE,
        "Deployment": f"{_COGNITIVE}/deployments/{{deploymentName}}",
    },
    "monitor": {
        "AutoscaleSetting": f"{GROUP}/providers/Microsoft.Insights/autoscalesettings/{{autoscaleSettingName}}",
        "DiagnosticSetting": "/{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
    },
    "consumption": {"Budget": "/{scope}/providers/Microsoft.Consumption/budgets/{budgetName}"},
}

PATHS: Mapping[tuple[str, str], str] = MappingProxyType(
    {(module, name): path for module, types in _PATHS.items() for name, path in types.items()}
)

WHOLE_IDS = frozenset({"resourceUri", "scope"})
"""Parameters that are ids themselves, slashes and all."""
