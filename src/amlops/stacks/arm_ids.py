"""ARM ids of what the programs declare, known before it exists: type and inputs decide them.

Only the types of `infra/` are here; a type without an entry cannot be adopted, and says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_GROUP = "/subscriptions/{subscription}/resourceGroups/{resourceGroupName}"
_ML = f"{_GROUP}/providers/Microsoft.MachineLearningServices"
_WORKSPACE = f"{_ML}/workspaces/{{workspaceName}}"

_TEMPLATES: Final[Mapping[str, tuple[str, str]]] = {
    "resources:ResourceGroup": (_GROUP, "2024-03-01"),
    "storage:StorageAccount": (f"{_GROUP}/providers/Microsoft.Storage/storageAccounts/{{accountName}}", "2024-01-01"),
    "keyvault:Vault": (f"{_GROUP}/providers/Microsoft.KeyVault/vaults/{{vaultName}}", "2024-11-01"),
    "operationalinsights:Workspace": (
        f"{_GROUP}/providers/Microsoft.OperationalInsights/workspaces/{{workspaceName}}",
        "2023-09-01",
    ),
    "applicationinsights:Component": (
        f"{_GROUP}/providers/Microsoft.Insights/components/{{resourceName}}",
        "2020-02-02",
    ),
    "containerregistry:Registry": (
        f"{_GROUP}/providers/Microsoft.ContainerRegistry/registries/{{registryName}}",
        "2023-01-01-preview",
    ),
    "managedidentity:UserAssignedIdentity": (
        f"{_GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/{{resourceName}}",
        "2023-01-31",
    ),
    "authorization:RoleAssignment": (
        "{scope}/providers/Microsoft.Authorization/roleAssignments/{roleAssignmentName}",
        "2022-04-01",
    ),
    "consumption:Budget": ("{scope}/providers/Microsoft.Consumption/budgets/{budgetName}", "2024-08-01"),
    "monitor:AutoscaleSetting": (
        f"{_GROUP}/providers/Microsoft.Insights/autoscaleSettings/{{autoscaleSettingName}}",
        "2022-10-01",
    ),
    "monitor:DiagnosticSetting": (
        "{resourceUri}/providers/Microsoft.Insights/diagnosticSettings/{name}",
        "2021-05-01-preview",
    ),
    "network:PrivateEndpoint": (
        f"{_GROUP}/providers/Microsoft.Network/privateEndpoints/{{privateEndpointName}}",
        "2024-05-01",
    ),
    "machinelearningservices:Workspace": (_WORKSPACE, "2025-12-01"),
    "machinelearningservices:Compute": (f"{_WORKSPACE}/computes/{{computeName}}", "2025-12-01"),
    "machinelearningservices:Registry": (f"{_ML}/registries/{{registryName}}", "2025-12-01"),
    "machinelearningservices:OnlineEndpoint": (f"{_WORKSPACE}/onlineEndpoints/{{endpointName}}", "2025-12-01"),
    "machinelearningservices:OnlineDeployment": (
        f"{_WORKSPACE}/onlineEndpoints/{{endpointName}}/deployments/{{deploymentName}}",
        "2025-12-01",
    ),
}
"""Type → path template and api-version. Source: pulumi-azure-native's docstrings."""

_PART = re.compile(r"\{(\w+)\}")

UNTAGGED: Final = frozenset({"authorization:RoleAssignment", "consumption:Budget", "monitor:DiagnosticSetting"})
"""Types that carry no tags; their names, or the resource that they lie at, only this stack's environment yields."""

_SCOPES = ("scope", "resourceUri")
"""Inputs that are ids themselves."""


def kind(type_token: str) -> str:
    """`azure-native:storage:StorageAccount` as `storage:StorageAccount`, whatever version stands in between."""
    parts = type_token.split(":")
    return f"{parts[1].split('/')[0]}:{parts[-1]}" if len(parts) >= 3 else type_token


def arm_id(type_token: str, inputs: Mapping[str, Any], subscription: str) -> tuple[str, str] | None:
    """Id and api-version. None for a type without an entry, or while an input is not known yet."""
    template = _TEMPLATES.get(kind(type_token))
    if template is None:
        return None
    values = {**inputs, "subscription": subscription}
    wanted = _PART.findall(template[0])
    for part in wanted:
        value = values.get(part)
        if not isinstance(value, str) or (not value.startswith("/") if part in _SCOPES else "/" in value):
            return None
    return template[0].format(**{part: values[part] for part in wanted}), template[1]
