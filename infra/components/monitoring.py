"""Log Analytics and, on top of it, Application Insights."""

from __future__ import annotations

import pulumi
from pulumi_azure_native.applicationinsights import Component
from pulumi_azure_native.operationalinsights import Workspace, WorkspaceSkuArgs

from .place import Place


class Monitoring(pulumi.ComponentResource):
    insights_id: pulumi.Output[str]
    logs_id: pulumi.Output[str]

    def __init__(self, place: Place) -> None:
        super().__init__("amlops:infra:Monitoring", "monitoring")
        logs = Workspace(
            "logs",
            workspace_name=place.names.log_analytics,
            resource_group_name=place.resource_group,
            location=place.location,
            tags=place.tags,
            sku=WorkspaceSkuArgs(name="PerGB2018"),
            retention_in_days=place.environment.platform.monitoring.retention_days,
            opts=pulumi.ResourceOptions(parent=self),
        )
        insights = Component(
            "insights",
            resource_name_=place.names.insights,
            resource_group_name=place.resource_group,
            location=place.location,
            tags=place.tags,
            kind="web",
            application_type="web",
            ingestion_mode="LogAnalytics",
            workspace_resource_id=logs.id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.insights_id, self.logs_id = insights.id, logs.id
        self.register_outputs({"insightsId": insights.id})
