"""Arguments and the requests that they must become, after the examples of the ARM specifications."""

from __future__ import annotations

from typing import Any

S = "S"
RG = "/subscriptions/S/resourceGroups/g"
ML = f"{RG}/providers/Microsoft.MachineLearningServices"
WS = f"{ML}/workspaces/w"
GROUP = {"resourceGroupName": "g"}
IN_WS = {**GROUP, "workspaceName": "w"}
UAI = f"{RG}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/i"

EXAMPLES: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    (
        "resources:ResourceGroup",
        {**GROUP, "location": "westeurope", "tags": {"a": "b"}},
        RG,
        {"location": "westeurope", "tags": {"a": "b"}},
    ),
    (
        "storage:StorageAccount",
        {
            **GROUP,
            "accountName": "a",
            "location": "eastus",
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
            "enableHttpsTrafficOnly": True,
            "minimumTlsVersion": "TLS1_2",
            "isHnsEnabled": False,
            "encryption": {
                "keySource": "Microsoft.Storage",
                "services": {"blob": {"enabled": True, "keyType": "Account"}},
                "encryptionIdentity": {"encryptionUserAssignedIdentity": UAI},
                "keyVaultProperties": {"keyName": "k"},
            },
            "networkRuleSet": {
                "defaultAction": "Deny",
                "ipRules": [{"iPAddressOrRange": "10.0.0.0/24"}],
                "virtualNetworkRules": [{"virtualNetworkResourceId": "/subnet", "action": "Allow"}],
            },
            "identity": {"type": "UserAssigned", "userAssignedIdentities": [UAI]},
        },
        f"{RG}/providers/Microsoft.Storage/storageAccounts/a",
        {
            "location": "eastus",
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
            "identity": {"type": "UserAssigned", "userAssignedIdentities": {UAI: {}}},
            "properties": {
                "supportsHttpsTrafficOnly": True,
                "minimumTlsVersion": "TLS1_2",
                "isHnsEnabled": False,
                "encryption": {
                    "keySource": "Microsoft.Storage",
                    "services": {"blob": {"enabled": True, "keyType": "Account"}},
                    "identity": {"userAssignedIdentity": UAI},
                    "keyvaultproperties": {"keyName": "k"},
                },
                "networkAcls": {
                    "defaultAction": "Deny",
                    "ipRules": [{"value": "10.0.0.0/24"}],
                    "virtualNetworkRules": [{"id": "/subnet", "action": "Allow"}],
                },
            },
        },
    ),
    (
        "keyvault:Vault",
        {
            **GROUP,
            "vaultName": "v",
            "location": "westus",
            "properties": {
                "tenantId": "t",
                "sku": {"family": "A", "name": "standard"},
                "enableRbacAuthorization": True,
            },
        },
        f"{RG}/providers/Microsoft.KeyVault/vaults/v",
        {
            "location": "westus",
            "properties": {
                "tenantId": "t",
                "sku": {"family": "A", "name": "standard"},
                "enableRbacAuthorization": True,
            },
        },
    ),
    (
        "operationalinsights:Workspace",
        {**GROUP, "workspaceName": "l", "location": "westus", "retentionInDays": 30, "sku": {"name": "PerGB2018"}},
        "/subscriptions/S/resourcegroups/g/providers/Microsoft.OperationalInsights/workspaces/l",
        {"location": "westus", "properties": {"retentionInDays": 30, "sku": {"name": "PerGB2018"}}},
    ),
    (
        "applicationinsights:Component",
        {
            **GROUP,
            "resourceName": "c",
            "location": "westus",
            "kind": "web",
            "applicationType": "web",
            "flowType": "Bluefield",
            "requestSource": "rest",
            "workspaceResourceId": "/l",
            "ingestionMode": "LogAnalytics",
        },
        f"{RG}/providers/Microsoft.Insights/components/c",
        {
            "location": "westus",
            "kind": "web",
            "properties": {
                "Application_Type": "web",
                "Flow_Type": "Bluefield",
                "Request_Source": "rest",
                "WorkspaceResourceId": "/l",
                "IngestionMode": "LogAnalytics",
            },
        },
    ),
    (
        "containerregistry:Registry",
        {
            **GROUP,
            "registryName": "r",
            "location": "westus",
            "sku": {"name": "Premium"},
            "adminUserEnabled": False,
            "networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"iPAddressOrRange": "1.2.3.4"}]},
        },
        f"{RG}/providers/Microsoft.ContainerRegistry/registries/r",
        {
            "location": "westus",
            "sku": {"name": "Premium"},
            "properties": {
                "adminUserEnabled": False,
                "networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"value": "1.2.3.4"}]},
            },
        },
    ),
    (
        "managedidentity:UserAssignedIdentity",
        {**GROUP, "resourceName": "i", "location": "eastus", "tags": {"k": "v"}},
        UAI,
        {"location": "eastus", "tags": {"k": "v"}},
    ),
    (
        "authorization:RoleAssignment",
        {
            "scope": f"{WS}/",
            "roleAssignmentName": "05c5a614-a7d6-4502-b150-c2fb455033ff",
            "principalId": "p",
            "principalType": "ServicePrincipal",
            "roleDefinitionId": "/r",
        },
        f"{WS}/providers/Microsoft.Authorization/roleAssignments/05c5a614-a7d6-4502-b150-c2fb455033ff",
        {"properties": {"principalId": "p", "principalType": "ServicePrincipal", "roleDefinitionId": "/r"}},
    ),
    (
        "machinelearningservices:Workspace",
        {
            **IN_WS,
            "location": "eastus2euap",
            "kind": "default",
            "sku": {"name": "Basic", "tier": "Basic"},
            "identity": {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": [UAI]},
            "friendlyName": "HelloName",
            "storageAccount": "/st",
            "keyVault": "/kv",
            "hbiWorkspace": False,
            "managedNetwork": {
                "isolationMode": "AllowInternetOutbound",
                "outboundRules": {"r": {"type": "FQDN", "destination": "pypi.example", "category": "UserDefined"}},
            },
            "sharedPrivateLinkResources": [{"name": "n", "privateLinkResourceId": "/p", "groupId": "Sql"}],
        },
        WS,
        {
            "location": "eastus2euap",
            "kind": "default",
            "sku": {"name": "Basic", "tier": "Basic"},
            "identity": {"type": "SystemAssigned,UserAssigned", "userAssignedIdentities": {UAI: {}}},
            "properties": {
                "friendlyName": "HelloName",
                "storageAccount": "/st",
                "keyVault": "/kv",
                "hbiWorkspace": False,
                "managedNetwork": {
                    "isolationMode": "AllowInternetOutbound",
                    "outboundRules": {"r": {"type": "FQDN", "destination": "pypi.example", "category": "UserDefined"}},
                },
                "sharedPrivateLinkResources": [
                    {"name": "n", "properties": {"privateLinkResourceId": "/p", "groupId": "Sql"}}
                ],
            },
        },
    ),
    (
        "machinelearningservices:Compute",
        {
            **IN_WS,
            "computeName": "c",
            "location": "eastus",
            "properties": {
                "computeType": "AmlCompute",
                "properties": {
                    "vmSize": "STANDARD_NC6",
                    "vmPriority": "Dedicated",
                    "scaleSettings": {
                        "maxNodeCount": 1,
                        "minNodeCount": 0,
                        "nodeIdleTimeBeforeScaleDown": "PT5M",
                    },
                },
            },
        },
        f"{WS}/computes/c",
        {
            "location": "eastus",
            "properties": {
                "computeType": "AmlCompute",
                "properties": {
                    "vmSize": "STANDARD_NC6",
                    "vmPriority": "Dedicated",
                    "scaleSettings": {
                        "maxNodeCount": 1,
                        "minNodeCount": 0,
                        "nodeIdleTimeBeforeScaleDown": "PT5M",
                    },
                },
            },
        },
    ),
    (
        "machinelearningservices:Registry",
        {
            **GROUP,
            "registryName": "r",
            "location": "westus2",
            "identity": {"type": "SystemAssigned"},
            "publicNetworkAccess": "Enabled",
            "regionDetails": [
                {
                    "location": "westus2",
                    "acrDetails": [{"systemCreatedAcrAccount": {"acrAccountSku": "Premium"}}],
                    "storageAccountDetails": [{"systemCreatedStorageAccount": {"storageAccountType": "Standard_LRS"}}],
                }
            ],
            "registryPrivateEndpointConnections": [{"id": "/c", "location": "westus2", "groupIds": ["g"]}],
        },
        f"{ML}/registries/r",
        {
            "location": "westus2",
            "identity": {"type": "SystemAssigned"},
            "properties": {
                "publicNetworkAccess": "Enabled",
                "regionDetails": [
                    {
                        "location": "westus2",
                        "acrDetails": [{"systemCreatedAcrAccount": {"acrAccountSku": "Premium"}}],
                        "storageAccountDetails": [
                            {"systemCreatedStorageAccount": {"storageAccountType": "Standard_LRS"}}
                        ],
                    }
                ],
                "registryPrivateEndpointConnections": [
                    {"id": "/c", "location": "westus2", "properties": {"groupIds": ["g"]}}
                ],
            },
        },
    ),
    (
        "machinelearningservices:OnlineEndpoint",
        {
            **IN_WS,
            "endpointName": "e",
            "location": "westus",
            "kind": "Managed",
            "identity": {"type": "UserAssigned", "userAssignedIdentities": [UAI]},
            "properties": {"authMode": "AMLToken", "traffic": {"blue": 90, "green": 10}, "mirrorTraffic": {"green": 5}},
        },
        f"{WS}/onlineEndpoints/e",
        {
            "location": "westus",
            "kind": "Managed",
            "identity": {"type": "UserAssigned", "userAssignedIdentities": {UAI: {}}},
            "properties": {"authMode": "AMLToken", "traffic": {"blue": 90, "green": 10}, "mirrorTraffic": {"green": 5}},
        },
    ),
    (
        "machinelearningservices:OnlineDeployment",
        {
            **IN_WS,
            "endpointName": "e",
            "deploymentName": "blue",
            "location": "westus",
            "sku": {"name": "Default", "capacity": 2},
            "properties": {
                "endpointComputeType": "Managed",
                "model": "azureml://registries/r/models/m/versions/1",
                "environmentVariables": {"A_b": "c"},
                "codeConfiguration": {"codeId": "azureml://c", "scoringScript": "score.py"},
                "requestSettings": {"maxConcurrentRequestsPerInstance": 2, "requestTimeout": "PT5S"},
                "livenessProbe": {"failureThreshold": 30, "period": "PT10S"},
                "scaleSettings": {"scaleType": "Default"},
            },
        },
        f"{WS}/onlineEndpoints/e/deployments/blue",
        {
            "location": "westus",
            "sku": {"name": "Default", "capacity": 2},
            "properties": {
                "endpointComputeType": "Managed",
                "model": "azureml://registries/r/models/m/versions/1",
                "environmentVariables": {"A_b": "c"},
                "codeConfiguration": {"codeId": "azureml://c", "scoringScript": "score.py"},
                "requestSettings": {"maxConcurrentRequestsPerInstance": 2, "requestTimeout": "PT5S"},
                "livenessProbe": {"failureThreshold": 30, "period": "PT10S"},
                "scaleSettings": {"scaleType": "Default"},
            },
        },
    ),
    (
        "machinelearningservices:Datastore",
        {
            **IN_WS,
            "name": "d",
            "skipValidation": True,
            "properties": {
                "datastoreType": "AzureBlob",
                "accountName": "a",
                "containerName": "c",
                "credentials": {
                    "credentialsType": "AccountKey",
                    "secrets": {"secretsType": "AccountKey", "key": "k"},
                },
            },
        },
        f"{WS}/datastores/d",
        {
            "properties": {
                "datastoreType": "AzureBlob",
                "accountName": "a",
                "containerName": "c",
                "credentials": {
                    "credentialsType": "AccountKey",
                    "secrets": {"secretsType": "AccountKey", "key": "k"},
                },
            }
        },
    ),
    (
        "machinelearningservices:ModelVersion",
        {
            **IN_WS,
            "name": "m",
            "version": "1 a",
            "properties": {"modelUri": "azureml://x", "modelType": "CustomModel", "tags": {"t": "v"}},
        },
        f"{WS}/models/m/versions/1%20a",
        {"properties": {"modelUri": "azureml://x", "modelType": "CustomModel", "tags": {"t": "v"}}},
    ),
    (
        "machinelearningservices:Job",
        {
            **IN_WS,
            "id": "j",
            "properties": {
                "jobType": "Command",
                "command": "python x.py",
                "environmentId": "azureml://e",
                "inputs": {"data": {"jobInputType": "uri_folder", "uri": "azureml://d"}},
            },
        },
        f"{WS}/jobs/j",
        {
            "properties": {
                "jobType": "Command",
                "command": "python x.py",
                "environmentId": "azureml://e",
                "inputs": {"data": {"jobInputType": "uri_folder", "uri": "azureml://d"}},
            }
        },
    ),
    (
        "network:VirtualNetwork",
        {
            **GROUP,
            "virtualNetworkName": "n",
            "location": "eastus",
            "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
            "subnets": [
                {
                    "name": "s",
                    "addressPrefix": "10.0.0.0/24",
                    "delegations": [{"name": "d", "serviceName": "Microsoft.MachineLearningServices/workspaces"}],
                }
            ],
        },
        f"{RG}/providers/Microsoft.Network/virtualNetworks/n",
        {
            "location": "eastus",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.0.0.0/16"]},
                "subnets": [
                    {
                        "name": "s",
                        "properties": {
                            "addressPrefix": "10.0.0.0/24",
                            "delegations": [
                                {
                                    "name": "d",
                                    "properties": {"serviceName": "Microsoft.MachineLearningServices/workspaces"},
                                }
                            ],
                        },
                    }
                ],
            },
        },
    ),
    (
        "network:PrivateEndpoint",
        {
            **GROUP,
            "privateEndpointName": "p",
            "location": "eastus",
            "subnet": {"id": "/subnet"},
            "privateLinkServiceConnections": [{"name": "c", "privateLinkServiceId": WS, "groupIds": ["amlworkspace"]}],
        },
        f"{RG}/providers/Microsoft.Network/privateEndpoints/p",
        {
            "location": "eastus",
            "properties": {
                "subnet": {"id": "/subnet"},
                "privateLinkServiceConnections": [
                    {"name": "c", "properties": {"privateLinkServiceId": WS, "groupIds": ["amlworkspace"]}}
                ],
            },
        },
    ),
    (
        "privatedns:PrivateZone",
        {**GROUP, "privateZoneName": "privatelink.api.azureml.ms", "location": "Global"},
        f"{RG}/providers/Microsoft.Network/privateDnsZones/privatelink.api.azureml.ms",
        {"location": "Global"},
    ),
    (
        "consumption:Budget",
        {
            "scope": "subscriptions/S/resourceGroups/g",
            "budgetName": "b",
            "amount": 100.65,
            "category": "Cost",
            "eTag": '"1"',
            "timeGrain": "Monthly",
            "timePeriod": {"startDate": "2025-01-01T00:00:00Z"},
        },
        f"{RG}/providers/Microsoft.Consumption/budgets/b",
        {
            "eTag": '"1"',
            "properties": {
                "amount": 100.65,
                "category": "Cost",
                "timeGrain": "Monthly",
                "timePeriod": {"startDate": "2025-01-01T00:00:00Z"},
            },
        },
    ),
    (
        "authorization:ManagementLockByScope",
        {"scope": RG, "lockName": "l", "level": "CanNotDelete", "notes": "n"},
        f"{RG}/providers/Microsoft.Authorization/locks/l",
        {"properties": {"level": "CanNotDelete", "notes": "n"}},
    ),
    (
        "cognitiveservices:Deployment",
        {
            **GROUP,
            "accountName": "a",
            "deploymentName": "d",
            "sku": {"name": "Standard", "capacity": 1},
            "properties": {"model": {"format": "OpenAI", "name": "ada", "version": "1"}},
        },
        f"{RG}/providers/Microsoft.CognitiveServices/accounts/a/deployments/d",
        {
            "sku": {"name": "Standard", "capacity": 1},
            "properties": {"model": {"format": "OpenAI", "name": "ada", "version": "1"}},
        },
    ),
]
"""(type, inputs, path, body)"""
