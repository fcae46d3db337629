"""A private endpoint in the subnet that the network's team owns; it also owns the DNS zones behind the subnet."""

from __future__ import annotations

import pulumi
from pulumi_azure_native.network import PrivateEndpoint as AzurePrivateEndpoint
from pulumi_azure_native.network import PrivateLinkServiceConnectionArgs, SubnetArgs

from .place import Place


class PrivateEndpoint(pulumi.ComponentResource):
    """`group` is Azure's name for what of the target is reached: amlworkspace, blob, file, vault, registry."""

    def __init__(self, place: Place, *, subnet: str, target: pulumi.Input[str], group: str) -> None:
        super().__init__("amlops:infra:PrivateEndpoint", f"private-endpoint-{group}")
        name = place.names.private_endpoint(group)
        AzurePrivateEndpoint(
            f"private-endpoint-{group}",
            private_endpoint_name=name,
            resource_group_name=place.resource_group,
            location=place.location,
            tags=place.tags,
            subnet=SubnetArgs(id=subnet),
            private_link_service_connections=[
                PrivateLinkServiceConnectionArgs(name=name, private_link_service_id=target, group_ids=[group])
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})
