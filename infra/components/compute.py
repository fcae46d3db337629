"""A compute cluster of a workspace. Jobs on it act as the compute identity."""

from __future__ import annotations

from collections.abc import Sequence

import pulumi
from pulumi_azure_native.machinelearningservices import Compute as AzureCompute
from pulumi_azure_native.machinelearningservices import ManagedServiceIdentityArgs

from amlops.config import Cluster

from .place import Place

_PRIORITY = {"dedicated": "Dedicated", "low-priority": "LowPriority"}


class Compute(pulumi.ComponentResource):
    def __init__(
        self,
        key: str,
        cluster: Cluster,
        place: Place,
        *,
        workspace: pulumi.Input[str],
        identity: pulumi.Input[str],
        after: Sequence[pulumi.Resource],
    ) -> None:
        super().__init__("amlops:infra:Compute", f"compute-{key}")
        AzureCompute(
            f"compute-{key}",
            compute_name=place.names.compute(key),
            workspace_name=workspace,
            resource_group_name=place.resource_group,
            location=place.location,
            tags=place.tags,
            identity=ManagedServiceIdentityArgs(type="UserAssigned", user_assigned_identities=[identity]),
            properties={
                "computeType": "AmlCompute",
                "computeLocation": place.location,
                "disableLocalAuth": True,
                "properties": {
                    "osType": "Linux",
                    "vmSize": cluster.size,
                    "vmPriority": _PRIORITY[cluster.priority],
                    "scaleSettings": {
                        "minNodeCount": cluster.min_nodes,
                        "maxNodeCount": cluster.max_nodes,
                        "nodeIdleTimeBeforeScaleDown": f"PT{cluster.idle_seconds}S",
                    },
                    "remoteLoginPortPublicAccess": "Disabled",
                    "enableNodePublicIp": place.public_access,
                },
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*after]),
        )
        self.register_outputs({})
