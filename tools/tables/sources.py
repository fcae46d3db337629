"""Which SDK fills which table, and which of its operation groups the emulator needs."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """One SDK package. `groups` empty means every operation group, `without` leaves some of them out."""

    table: str  # name of the JSON file
    distribution: str
    module: str
    groups: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()

    @property
    def folder(self) -> Path:
        """Where the package lies. Raises FileNotFoundError when the distribution is not installed."""
        spec = importlib.util.find_spec(self.module)
        if spec is None or spec.origin is None:
            raise FileNotFoundError(f"{self.module}: not installed; install {self.distribution}")
        return Path(spec.origin).parent

    @property
    def version(self) -> str:
        return importlib.metadata.version(self.distribution)

    def wants(self, group: str) -> bool:
        return group not in self.without and (not self.groups or group in self.groups)


SOURCES = (
    Source("ml", "azure-ai-ml", "azure.ai.ml._restclient.arm_ml_service"),
    Source("resources", "azure-mgmt-resource", "azure.mgmt.resource.resources"),
    Source("subscriptions", "azure-mgmt-resource-subscriptions", "azure.mgmt.resource.subscriptions"),
    Source("locks", "azure-mgmt-resource-locks", "azure.mgmt.resource.locks"),
    Source("authorization", "azure-mgmt-authorization", "azure.mgmt.authorization.v2022_04_01"),
    Source("identity", "azure-mgmt-msi", "azure.mgmt.msi.v2024_11_30"),
    Source(
        "storage",
        "azure-mgmt-storage",
        "azure.mgmt.storage",
        groups=frozenset(
            {
                "BlobContainers",
                "BlobServices",
                "DeletedAccounts",
                "FileServices",
                "FileShares",
                "LocalUsers",
                "ManagementPolicies",
                "PrivateEndpointConnections",
                "PrivateLinkResources",
                "Skus",
                "StorageAccounts",
                "Usages",
            }
        ),
    ),
    Source(
        "keyvault",
        "azure-mgmt-keyvault",
        "azure.mgmt.keyvault",
        groups=frozenset({"Keys", "PrivateEndpointConnections", "PrivateLinkResources", "Secrets", "Vaults"}),
    ),
    Source(
        "containerregistry",
        "azure-mgmt-containerregistry",
        "azure.mgmt.containerregistry",
        without=frozenset({"CacheRules", "ConnectedRegistries", "CredentialSets"}),
    ),
    Source("insights", "azure-mgmt-applicationinsights", "azure.mgmt.applicationinsights.v2020_02_02"),
    Source(
        "loganalytics",
        "azure-mgmt-loganalytics",
        "azure.mgmt.loganalytics",
        groups=frozenset(
            {
                "AvailableServiceTiers",
                "DeletedWorkspaces",
                "OperationStatuses",
                "SharedKeys",
                "Tables",
                "Usages",
                "WorkspacePurge",
                "Workspaces",
            }
        ),
    ),
    Source(
        "monitor",
        "azure-mgmt-monitor",
        "azure.mgmt.monitor",
        groups=frozenset(
            {
                "ActionGroups",
                "ActivityLogs",
                "AutoscaleSettings",
                "MetricAlerts",
                "MetricDefinitions",
                "MetricNamespaces",
                "Metrics",
                "ScheduledQueryRules",
            }
        ),
    ),
)

# An older, independent generation of the ML tables: the only source of name and value patterns, and a cross-check.
ML_CROSS_CHECK = Source("ml", "azure-mgmt-machinelearningservices", "azure.mgmt.machinelearningservices")
