"""The Azure ML workspace, acting as its own user-assigned identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
from pulumi_azure_native.machinelearningservices import (
    FqdnOutboundRuleArgs,
    ManagedNetworkSettingsArgs,
    ManagedServiceIdentityArgs,
    SkuArgs,
)
from pulumi_azure_native.machinelearningservices import (
    Workspace as AzureWorkspace,
)

from .place import Place

_ISOLATION = {
    "disabled": "Disabled",
    "allow-internet-outbound": "AllowInternetOutbound",
    "allow-only-approved-outbound": "AllowOnlyApprovedOutbound",
}


@dataclass(frozen=True, slots=True)
class Foundation:
    """Ids of what a workspace stands on. Azure never lets storage and vault be exchanged."""

    storage: pulumi.Input[str]
    vault: pulumi.Input[str]
    insights: pulumi.Input[str]
    container_registry: pulumi.Input[str]
    identity: pulumi.Input[str]


class Workspace(pulumi.ComponentResource):
    name: pulumi.Output[str]
    workspace_id: pulumi.Output[str]

    def __init__(self, place: Place, foundation: Foundation, *, after: Sequence[pulumi.Resource]) -> None:
        super().__init__("amlops:infra:Workspace", "workspace")
        platform = place.environment.platform
        settings = platform.workspace
        outbound = {
            name: FqdnOutboundRuleArgs(type="FQDN", category="UserDefined", destination=host)
            for name, host in settings.outbound.items()
        }
        workspace = AzureWorkspace(
            "workspace",
            workspace_name=place.names.workspace,
            resource_group_name=place.resource_group,
            location=place.location,
            tags=place.tags,
            kind="Default",
            sku=SkuArgs(name="Basic", tier="Basic"),
            friendly_name=settings.display_name,
            description=place.environment.settings.description,
            identity=ManagedServiceIdentityArgs(type="UserAssigned", user_assigned_identities=[foundation.identity]),
            primary_user_assigned_identity=foundation.identity,
            storage_account=foundation.storage,
            key_vault=foundation.vault,
            application_insights=foundation.insights,
            container_registry=foundation.container_registry,
            public_network_access="Enabled" if place.public_access else "Disabled",
            managed_network=ManagedNetworkSettingsArgs(
                isolation_mode=_ISOLATION[settings.managed_network], outbound_rules=outbound or None
            ),
            system_datastores_auth_mode="AccessKey"
            if platform.storage.datastore_access == "access-key"
            else "Identity",
            image_build_compute=None if place.public_access else place.names.compute(next(iter(platform.compute))),
            v1_legacy_mode=False,
            opts=pulumi.ResourceOptions.merge(place.stateful(self), pulumi.ResourceOptions(depends_on=[*after])),
        )
        self.name, self.workspace_id = workspace.name, workspace.id
        self.register_outputs({"workspaceId": workspace.id})
