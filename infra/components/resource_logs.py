"""Who did what with a resource, sent to Log Analytics."""

from __future__ import annotations

from collections.abc import Mapping

import pulumi
from pulumi_azure_native.monitor import DiagnosticSetting, DiagnosticsLogSettingsArgs

NAME = "to-log-analytics"


class ResourceLogs(pulumi.ComponentResource):
    """`sources` are ids by a name inside the stack. All categories are sent: new ones of Azure's come by themselves."""

    def __init__(self, sources: Mapping[str, pulumi.Input[str]], *, logs: pulumi.Input[str]) -> None:
        super().__init__("amlops:infra:ResourceLogs", "resource-logs")
        for key, source in sources.items():
            DiagnosticSetting(
                f"{key}-logs",
                name=NAME,
                resource_uri=source,
                workspace_id=logs,
                logs=[DiagnosticsLogSettingsArgs(category_group="allLogs", enabled=True)],
                opts=pulumi.ResourceOptions(parent=self),
            )
        self.register_outputs({})
