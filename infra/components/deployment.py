"""The online deployment that serves one release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi_azure_native.machinelearningservices import OnlineDeployment, SkuArgs

from .endpoint import Endpoint
from .place import Place


class Deployment(pulumi.ComponentResource):
    def __init__(
        self,
        name: str,
        body: Mapping[str, Any],
        place: Place,
        *,
        endpoint: Endpoint,
        capacity: int,
        tags: Mapping[str, str],
    ) -> None:
        """`body` is a release's deployment: `kind`, `sku`, `tags`, `properties` in wire names."""
        super().__init__("amlops:infra:Deployment", name, opts=pulumi.ResourceOptions(parent=endpoint))
        sku = body.get("sku") or {}
        self.deployment = OnlineDeployment(
            name,
            deployment_name=name,
            endpoint_name=endpoint.name,
            workspace_name=place.names.workspace,
            resource_group_name=place.resource_group,
            location=place.location,
            kind=body.get("kind"),
            tags={**(body.get("tags") or {}), **place.tags, **tags},
            sku=SkuArgs(name=sku.get("name", "Default"), capacity=capacity),
            properties=dict(body["properties"]),
            # deleting an endpoint deletes what it holds; alone, a deployment with live traffic can't be deleted
            opts=pulumi.ResourceOptions(parent=self, deleted_with=endpoint.endpoint),
        )
        self.register_outputs({})
