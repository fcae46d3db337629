"""The online endpoint of a deployment, acting as the environment's endpoint identity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_azure_native.machinelearningservices import ManagedServiceIdentityArgs, OnlineEndpoint

from .live import LiveEndpoint
from .place import Place


class Endpoint(pulumi.ComponentResource):
    name: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        body: Mapping[str, Any],
        place: Place,
        *,
        identity: pulumi.Input[str],
        live: LiveEndpoint,
        tags: Mapping[str, str],
    ) -> None:
        """`body` is a release's endpoint: `kind`, `tags`, `properties` in wire names."""
        super().__init__("amlops:infra:Endpoint", "endpoint")
        self.endpoint = OnlineEndpoint(
            "endpoint",
            endpoint_name=name,
            workspace_name=place.names.workspace,
            resource_group_name=place.resource_group,
            location=place.location,
            kind=body.get("kind"),
            tags={**live.tags, **(body.get("tags") or {}), **place.tags, **tags},
            identity=ManagedServiceIdentityArgs(type="UserAssigned", user_assigned_identities=[identity]),
            properties={
                **body["properties"],
                "publicNetworkAccess": "Enabled" if place.public_access else "Disabled",
                "traffic": dict(live.traffic),
                "mirrorTraffic": dict(live.mirror_traffic),
            },
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = self.endpoint.name
        self.register_outputs({"name": self.endpoint.name})
