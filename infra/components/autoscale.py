"""Lets the instances of an online deployment follow its load. From then on autoscale owns the capacity (`live.py`).

It lies in the group of its team, where the team's workflow may write; what it scales lies in the platform's group.
Source: how-to-autoscale-endpoints; azureml-examples, cli/deploy-moe-autoscale.sh.
"""

from __future__ import annotations

from typing import Literal

import pulumi
from pulumi_azure_native.monitor import (
    AutoscaleProfileArgs,
    AutoscaleSetting,
    MetricTriggerArgs,
    ScaleActionArgs,
    ScaleCapacityArgs,
    ScaleRuleArgs,
)

from amlops.config import Autoscale as Settings

from .place import Place

WINDOW, COOLDOWN = "PT5M", "PT5M"


class Autoscale(pulumi.ComponentResource):
    """`target` is the id of the online deployment: known before it exists, so that plans and rules can tell which."""

    def __init__(
        self,
        key: str,
        name: str,
        settings: Settings,
        place: Place,
        *,
        least: int,
        target: pulumi.Input[str],
        tags: dict[str, str],
        after: pulumi.Resource,
    ) -> None:
        super().__init__("amlops:infra:Autoscale", key, opts=pulumi.ResourceOptions(parent=after))
        up, down = settings.cpu_percent, settings.cpu_percent // 2
        AutoscaleSetting(
            key,
            autoscale_setting_name=name,
            resource_group_name=place.resource_group,
            location=place.location,
            tags={**place.tags, **tags},
            enabled=True,
            target_resource_uri=target,
            profiles=[
                AutoscaleProfileArgs(
                    name="load",
                    capacity=ScaleCapacityArgs(
                        minimum=str(least), maximum=str(settings.most_instances), default=str(least)
                    ),
                    rules=[_rule(target, "GreaterThan", up, "Increase"), _rule(target, "LessThan", down, "Decrease")],
                )
            ],
            opts=pulumi.ResourceOptions(parent=self, depends_on=[after]),
        )
        self.register_outputs({})


def _rule(
    target: pulumi.Input[str], operator: Literal["GreaterThan", "LessThan"], percent: int, direction: str
) -> ScaleRuleArgs:
    return ScaleRuleArgs(
        metric_trigger=MetricTriggerArgs(
            metric_name="CpuUtilizationPercentage",
            metric_resource_uri=target,
            time_grain="PT1M",
            statistic="Average",
            time_window=WINDOW,
            time_aggregation="Average",
            operator=operator,
            threshold=percent,
        ),
        scale_action=ScaleActionArgs(direction=direction, type="ChangeCount", value="1", cooldown=COOLDOWN),
    )
