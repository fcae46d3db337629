"""Where a property's name in the SDK is not its name in ARM.

Keys are (SDK module, class without its suffix); for a resource's own properties the class is the resource type. Source:
`x-ms-client-name` in the ARM specifications.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_COMPONENT = (
    "applicationId",
    "connectionString",
    "creationDate",
    "disableIpMasking",
    "disableLocalAuth",
    "forceCustomerStorageForProfiler",
    "hockeyAppId",
    "hockeyAppToken",
    "immediatePurgeDataOn30Days",
    "ingestionMode",
    "instrumentationKey",
    "laMigrationDate",
    "privateLinkScopedResources",
    "retentionInDays",
    "samplingPercentage",
    "workspaceResourceId",
    "tenantId",
    "appId",
)

NAMES: Mapping[tuple[str, str], Mapping[str, str]] = MappingProxyType(
    {
        ("storage", "StorageAccount"): {
            "enableHttpsTrafficOnly": "supportsHttpsTrafficOnly",
            "enableNfsV3": "isNfsV3Enabled",
            "networkRuleSet": "networkAcls",
        },
        ("storage", "Encryption"): {"encryptionIdentity": "identity", "keyVaultProperties": "keyvaultproperties"},
        ("storage", "EncryptionIdentity"): {
            "encryptionFederatedIdentityClientId": "federatedIdentityClientId",
            "encryptionUserAssignedIdentity": "userAssignedIdentity",
        },
        ("storage", "IPRule"): {"iPAddressOrRange": "value"},
        ("storage", "VirtualNetworkRule"): {"virtualNetworkResourceId": "id"},
        ("containerregistry", "IPRule"): {"iPAddressOrRange": "value"},
        ("applicationinsights", "Component"): {
            "applicationType": "Application_Type",
            "flowType": "Flow_Type",
            "requestSource": "Request_Source",
            **{name: name[0].upper() + name[1:] for name in _COMPONENT},
        },
    }
)


def wire_name(module: str, base: str, name: str) -> str:
    """The name that ARM uses for the SDK's property."""
    return NAMES.get((module, base), {}).get(name, name)
