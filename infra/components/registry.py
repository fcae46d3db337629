"""The ML registry that releases are published to, in its region and its replicas."""

from __future__ import annotations

import pulumi
from pulumi_azure_native.machinelearningservices import (
    AcrDetailsArgs,
    ManagedServiceIdentityArgs,
    RegistryRegionArmDetailsArgs,
    StorageAccountDetailsArgs,
    SystemCreatedAcrAccountArgs,
    SystemCreatedStorageAccountArgs,
)
from pulumi_azure_native.machinelearningservices import (
    Registry as AzureRegistry,
)

from amlops.config import Registry as RegistrySettings

from .place import Place


class Registry(pulumi.ComponentResource):
    registry_id: pulumi.Output[str]

    def __init__(self, place: Place, settings: RegistrySettings) -> None:
        super().__init__("amlops:infra:Registry", "registry")
        registry = AzureRegistry(
            "registry",
            registry_name=place.names.registry,
            resource_group_name=place.resource_group,
            location=place.location,
            tags=place.tags,
            identity=ManagedServiceIdentityArgs(type="SystemAssigned"),
            public_network_access="Enabled" if settings.public_access else "Disabled",
            # the primary region is repeated first, as Azure wants it
            region_details=[_region(region) for region in (place.location, *settings.replicas)],
            opts=place.stateful(self),
        )
        self.registry_id = registry.id
        self.register_outputs({"registryId": registry.id})


def _region(location: str) -> RegistryRegionArmDetailsArgs:
    storage = SystemCreatedStorageAccountArgs(
        allow_blob_public_access=False, storage_account_hns_enabled=False, storage_account_type="Standard_LRS"
    )
    return RegistryRegionArmDetailsArgs(
        location=location,
        acr_details=[AcrDetailsArgs(system_created_acr_account=SystemCreatedAcrAccountArgs(acr_account_sku="Premium"))],
        storage_account_details=[StorageAccountDetailsArgs(system_created_storage_account=storage)],
    )
