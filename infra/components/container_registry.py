"""The container registry that a workspace builds its images into."""

from __future__ import annotations

import pulumi
from pulumi_azure_native.containerregistry import Registry, SkuArgs

from .place import Place


class ContainerRegistry(pulumi.ComponentResource):
    registry_id: pulumi.Output[str]

    def __init__(self, place: Place) -> None:
        super().__init__("amlops:infra:ContainerRegistry", "container-registry")
        registry = Registry(
            "container-registry",
            registry_name=place.names.container_registry,
            resource_group_name=place.resource_group,
            location=place.location,
            tags=place.tags,
            sku=SkuArgs(name=place.environment.platform.container_registry.sku.capitalize()),
            admin_user_enabled=False,
            public_network_access="Enabled" if place.public_access else "Disabled",
            opts=place.stateful(self),
        )
        self.registry_id = registry.id
        self.register_outputs({"registryId": registry.id})
