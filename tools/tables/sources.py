"""Which SDK fills which table, and which of its operation groups the emulator needs."""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType


@dataclass(frozen=True, slots=True)
class Source:
    """One SDK package. `groups` empty means every operation group, `without` leaves some of them out."""

    table: str  # name of the JSON file
    distribution: str
    module: str
    groups: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    alone: bool = False  # importing its parents would load a client of another kind: azure.ai.ml

    @property
    def folder(self) -> Path:
        """Where the package lies. Raises PackageNotFoundError when the distribution is not installed."""
        return Path(str(importlib.metadata.distribution(self.distribution).locate_file(self.module.replace(".", "/"))))

    def import_models(self) -> ModuleType:
        """The package's `models`. One that stands alone is imported under a name of its own, without its parents."""
        if not self.alone:
            return importlib.import_module(f"{self.module}.models")
        name = f"tables_{self.table}"
        if name not in sys.modules:
            spec = importlib.util.spec_from_file_location(
                name, self.folder / "__init__.py", submodule_search_locations=[str(self.folder)]
            )
            assert spec is not None
            assert spec.loader is not None
            package = sys.modules[name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(package)
        return importlib.import_module(f"{name}.models")

    @property
    def version(self) -> str:
        return importlib.metadata.version(self.distribution)

    def wants(self, group: str) -> bool:
        return group not in self.without and (not self.groups or group in self.groups)


SOURCES = (
    Source("ml", "azure-ai-ml", "azure.ai.ml._restclient.arm_ml_service", alone=True),
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
    Source("consumption", "azure-mgmt-consumption", "azure.mgmt.consumption", groups=frozenset({"Budgets"})),
    Source(
        "network",
        "azure-mgmt-network",
        "azure.mgmt.network",
        groups=frozenset({"PrivateDnsZoneGroups", "PrivateEndpoints"}),
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
