"""Autoscale settings, by azure-mgmt-monitor: kept, checked, one a target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.monitor import MonitorManagementClient

from tests.contract.monitor import served
from tests.contract.rehearsal import unique
from tests.support.cloud import LocalCloud

pytestmark = pytest.mark.client


def setting(
    cloud: LocalCloud, target: str, change: Callable[[dict[str, Any]], None] = lambda p: None
) -> dict[str, Any]:
    """One rule on the deployment's CPU, one on the endpoint's latency."""

    def rule(metric: str, resource: str, direction: str) -> dict[str, Any]:
        trigger = {
            "metricName": metric,
            "metricResourceUri": resource,
            "operator": "GreaterThan",
            "statistic": "Average",
            "threshold": 70,
            "timeAggregation": "Average",
            "timeGrain": "PT1M",
            "timeWindow": "PT5M",
        }
        action = {"direction": direction, "type": "ChangeCount", "value": "1", "cooldown": "PT5M"}
        return {"metricTrigger": trigger, "scaleAction": action}

    profile = {
        "name": "default",
        "capacity": {"minimum": "2", "maximum": "5", "default": "2"},
        "rules": [
            rule("CpuUtilizationPercentage", target, "Increase"),
            rule("RequestLatency", target.split("/deployments/")[0], "Increase"),
        ],
    }
    change(profile)
    properties = {"enabled": True, "targetResourceUri": target, "profiles": [profile]}
    return {"location": cloud.location, "properties": properties}


def test_a_setting_of_a_deployment(quick: LocalCloud) -> None:
    """What is put is got and listed, and gone after a delete; a second one for the same target is refused."""
    endpoint = served.endpoint(quick, unique("ep-"), "blue")
    target = f"{endpoint.id}/deployments/blue"
    with quick.client(MonitorManagementClient) as client:
        settings = client.autoscale_settings
        made = settings.create_or_update(served.GROUP, endpoint.name, setting(quick, target))
        assert made.target_resource_uri == target
        found = settings.get(served.GROUP, endpoint.name)
        assert (found.enabled, found.profiles[0].capacity.maximum, len(found.profiles[0].rules)) == (True, "5", 2)
        assert endpoint.name in [s.name for s in settings.list_by_resource_group(served.GROUP)]
        with pytest.raises(HttpResponseError, match="already"):
            settings.create_or_update(served.GROUP, f"{endpoint.name}-2", setting(quick, target))
        settings.delete(served.GROUP, endpoint.name)
        with pytest.raises(ResourceNotFoundError):
            settings.get(served.GROUP, endpoint.name)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p["capacity"].update(minimum="6"), "minimum <= default <= maximum"),
        (lambda p: p["capacity"].update(default="two"), "is no whole number"),
        (lambda p: p["rules"][0]["metricTrigger"].update(timeWindow="PT1M"), "too short or too long"),
        (lambda p: p.update(rules=p["rules"] * 6), "at most 10 rules"),
    ],
)
def test_what_makes_no_sense(quick: LocalCloud, change: Callable[[dict[str, Any]], None], message: str) -> None:
    """400 that names the rule."""
    endpoint = served.endpoint(quick, unique("ep-"), "blue")
    body = setting(quick, f"{endpoint.id}/deployments/blue", change)
    with quick.client(MonitorManagementClient) as client, pytest.raises(HttpResponseError, match=message):
        client.autoscale_settings.create_or_update(served.GROUP, endpoint.name, body)


def test_a_target_that_is_not_there(quick: LocalCloud) -> None:
    """400."""
    nothing = f"{quick.subscription}{served.WORKSPACE}/onlineEndpoints/none/deployments/blue"
    with quick.client(MonitorManagementClient) as client, pytest.raises(HttpResponseError, match="was not found"):
        client.autoscale_settings.create_or_update(served.GROUP, "none", setting(quick, nothing))
