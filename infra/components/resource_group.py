"""The resource group of a stack."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_azure_native.resources import ResourceGroup as AzureResourceGroup


class ResourceGroup(pulumi.ComponentResource):
    name: pulumi.Output[str]
    group_id: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        location: str,
        tags: Mapping[str, str],
        protect: bool = False,
        key: str = "resource-group",
    ) -> None:
        """`key` names it inside its stack."""
        super().__init__("amlops:infra:ResourceGroup", key)
        group = AzureResourceGroup(
            key,
            resource_group_name=name,
            location=location,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        self.name, self.group_id = group.name, group.id
        self.register_outputs({"name": group.name})
