"""Metrics of online endpoints and deployments, by azure-mgmt-monitor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError
from azure.mgmt.monitor import MonitorManagementClient

from tests.contract.monitor import served
from tests.contract.monitor.served import Endpoint
from tests.contract.rehearsal import send, unique
from tests.contract.test_arm_clients import assign
from tests.contract.test_durability import kill
from tests.support import cloud as support
from tests.support.cloud import LocalCloud

pytestmark = pytest.mark.client

MONITORING_READER = "43d0d8ad-25c7-4714-9337-8ba259a9fe05"


@pytest.fixture
def endpoint(quick: LocalCloud) -> Endpoint:
    """An endpoint with the deployments blue (all traffic) and green."""
    return served.endpoint(quick, unique("ep-"), "blue", "green")


def now(cloud: LocalCloud) -> datetime:
    return datetime.fromisoformat(cloud.control("GET", "clock")["now"])


def timespan(cloud: LocalCloud, minutes: int = 10) -> str:
    until = now(cloud) + timedelta(minutes=1)
    return f"{until - timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}/{until:%Y-%m-%dT%H:%M:%SZ}"


def metric(cloud: LocalCloud, resource: str, name: str, filtered: str | None = None, **more: Any) -> dict[str, float]:
    """The sum of a metric's points, by the values of the dimensions that the answer is divided by."""
    with cloud.client(MonitorManagementClient) as client:
        answer = client.metrics.list(
            resource, timespan=more.pop("timespan", timespan(cloud)), metricnames=name, filter=filtered, **more
        )
    (found,) = answer.value
    return {
        "/".join(label.value for label in series.metadatavalues): sum(p.average for p in series.data if p.average)
        for series in found.timeseries
    }


def test_requests_by_deployment_and_status(quick: LocalCloud, endpoint: Endpoint) -> None:
    """RequestsPerMinute counts, divided by the dimensions that the filter names; `or` and `*` as documented."""
    endpoint.ask(3)
    endpoint.ask(2, "green")
    assert metric(quick, endpoint.id, "RequestsPerMinute") == {"": 5}
    assert metric(quick, endpoint.id, "RequestsPerMinute", "deployment eq '*'") == {"blue": 3, "green": 2}
    both = "deployment eq 'green' and statusCodeClass eq '*'"
    assert metric(quick, endpoint.id, "RequestsPerMinute", both) == {"green/5xx": 2}
    either = "(deployment eq 'blue' or deployment eq 'green') and statusCode eq '503'"
    assert metric(quick, endpoint.id, "RequestsPerMinute", either) == {"blue/503": 3, "green/503": 2}
    assert metric(quick, endpoint.id, "RequestsPerMinute", "deployment eq 'red'") == {}
    assert metric(quick, endpoint.id, "RequestsPerMinute", "deployment eq '*'", top=1) == {"blue": 3}


def test_latency_and_the_deployment_itself(quick: LocalCloud, endpoint: Endpoint) -> None:
    """Latencies are there in milliseconds, by deployment and at the deployment; its dimension is another one."""
    endpoint.ask(2)
    for name in ("RequestLatency", *(f"RequestLatency_P{share}" for share in (50, 90, 95, 99))):
        (value,) = metric(quick, endpoint.id, name, "deployment eq 'blue'").values()
        assert 0 < value < 60_000
    at = f"{endpoint.id}/deployments/blue"
    assert metric(quick, at, "RequestsPerMinute", "envoy_response_code eq '*'") == {"503": 2}
    assert metric(quick, at, "RequestLatency_P95")[""] > 0
    assert metric(quick, f"{endpoint.id}/deployments/green", "RequestsPerMinute") == {"": 0}


def test_metrics_arrive_late(quick: LocalCloud, endpoint: Endpoint) -> None:
    """With three minutes of lateness nothing is known of a request until the clock has moved that far."""
    quick.control("PUT", "metrics", {"lateSeconds": 180})
    endpoint.ask(4)
    assert metric(quick, endpoint.id, "RequestsPerMinute") == {"": 0}
    quick.advance(181)
    assert metric(quick, endpoint.id, "RequestsPerMinute") == {"": 4}


def test_a_minute_without_requests_has_no_value(quick: LocalCloud, endpoint: Endpoint) -> None:
    """Every minute of the timespan has its point; intervals begin at whole multiples; a longer one averages minutes."""
    endpoint.ask(1)
    with quick.client(MonitorManagementClient) as client:
        answer = client.metrics.list(endpoint.id, timespan=timespan(quick, 5), metricnames="RequestsPerMinute")
        hour = client.metrics.list(
            endpoint.id, timespan=timespan(quick, 60), metricnames="RequestsPerMinute", interval="PT1H"
        )
    points = answer.value[0].timeseries[0].data
    assert len(points) in (5, 6)
    assert [p.average for p in points].count(None) == len(points) - 1
    assert all(p.time_stamp.second == 0 for p in points)
    assert sum(p.average or 0 for p in hour.value[0].timeseries[0].data) == 1
    assert {p.time_stamp.minute for p in hour.value[0].timeseries[0].data} == {0}


def test_requests_outlive_a_kill(quick: LocalCloud, endpoint: Endpoint) -> None:
    """What was known of requests is known after a kill -9 and a start."""
    endpoint.ask(2)
    assert metric(quick, endpoint.id, "RequestsPerMinute") == {"": 2}
    kill(quick)
    again = support.start(quick.home, "--no-serving")
    quick.told.clear()
    quick.told.update(again.told)
    assert metric(quick, endpoint.id, "RequestsPerMinute") == {"": 2}


def test_definitions(quick: LocalCloud, endpoint: Endpoint) -> None:
    """What there is, with its dimensions, for endpoints and deployments; nothing for other resources."""
    with quick.client(MonitorManagementClient) as client:
        found = {d.name.value: d for d in client.metric_definitions.list(endpoint.id)}
        assert [d.value for d in found["RequestsPerMinute"].dimensions] == [
            "deployment",
            "statusCode",
            "statusCodeClass",
            "modelStatusCode",
        ]
        assert found["RequestLatency_P99"].unit == "MilliSeconds"
        assert list(client.metric_definitions.list(f"{quick.subscription}{served.WORKSPACE}")) == []
        (namespace,) = client.metric_namespaces.list(endpoint.id)
        assert namespace.properties.metric_namespace_name.endswith("/onlineEndpoints")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"metricnames": "Rain"}, "Valid metrics: RequestsPerMinute"),
        ({"filter": "colour eq 'red'"}, "does not support requested dimension"),
        ({"filter": "deployment is 'red'"}, "is not understood"),
        ({"filter": "deployment eq 'a' or statusCode eq '200'"}, "of one dimension"),
        ({"timespan": "yesterday"}, "START/END"),
        ({"aggregation": "Total"}, "supported: Average"),
    ],
)
def test_what_makes_no_sense(quick: LocalCloud, endpoint: Endpoint, changes: dict[str, Any], message: str) -> None:
    """400, with what would do."""
    with quick.client(MonitorManagementClient) as client, pytest.raises(HttpResponseError, match=message) as raised:
        client.metrics.list(endpoint.id, **{"metricnames": "RequestsPerMinute", **changes})
    assert raised.value.status_code == 400


def test_who_may_read(quick: LocalCloud, endpoint: Endpoint) -> None:
    """Monitoring Reader may; who has no role may not; what isn't there is 404."""
    reader = quick.new_caller("reader")
    with quick.client(MonitorManagementClient, reader) as client:
        with pytest.raises(HttpResponseError, match="AuthorizationFailed"):
            client.metrics.list(endpoint.id, metricnames="RequestsPerMinute")
        assign(quick, endpoint.id, MONITORING_READER, reader.object_id)
        assert client.metrics.list(endpoint.id, metricnames="RequestsPerMinute").value
    with quick.client(MonitorManagementClient) as client, pytest.raises(ResourceNotFoundError):
        client.metrics.list(f"{endpoint.id}-gone", metricnames="RequestsPerMinute")


def test_the_date_is_the_clocks(quick: LocalCloud) -> None:
    """The Date header of ARM's answers follows the emulator's clock."""
    from email.utils import parsedate_to_datetime

    quick.advance(1000)
    answer = send(quick, "GET", f"/resourceGroups/{served.GROUP}?api-version=2025-04-01")
    told = parsedate_to_datetime(answer.headers["Date"])
    assert abs(told - now(quick)) < timedelta(seconds=30)
    assert told - datetime.now(UTC) > timedelta(seconds=900)
