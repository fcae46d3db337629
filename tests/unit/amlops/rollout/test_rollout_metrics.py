"""Azure Monitor's answers, in the shape that azure-mgmt-monitor gives them, read as minutes of one deployment."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.amlops.rollout.moments import at

from amlops.config.rollout import OwnMetric
from amlops.errors import AmlopsError
from amlops.rollout.figures import Minute
from amlops.rollout.metrics import Metrics
from amlops.rollout.request_logs import RequestLogs

ENDPOINT = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/onlineEndpoints/e"
)


def series(points: dict[str, float | None], **dimensions: str) -> dict[str, Any]:
    """A time series; a point without a value is how Azure shows a minute without requests."""
    data = [
        {"timeStamp": f"2026-12-01T{clock}:00Z", **({} if value is None else {"average": value})}
        for clock, value in points.items()
    ]
    values = [{"name": {"value": name, "localizedValue": name}, "value": value} for name, value in dimensions.items()]
    return {"metadatavalues": values, "data": data}


class Monitor:
    """Answers by the metric's name, and keeps what it was asked."""

    def __init__(self, **answers: list[dict[str, Any]]) -> None:
        self.answers, self.asked = answers, []  # type: tuple[dict[str, list[dict[str, Any]]], list[dict[str, str]]]

    def __call__(self, id: str, api_version: str, **query: str) -> dict[str, Any] | None:
        self.asked.append({"id": id, "api-version": api_version, **query})
        name = query["metricnames"]
        found = self.answers.get(name)
        return None if found is None else {"value": [{"name": {"value": name}, "timeseries": found}]}


def test_requests_failures_and_latency_of_one_deployment() -> None:
    """Requests of all statuses are summed up; 408, 424, 429 and 5xx are failures, a caller's 4xx is none."""
    monitor = Monitor(
        RequestsPerMinute=[
            series({"10:00": 90.0, "10:01": None}, deployment="r-a", statuscode="200"),
            series({"10:00": 4.0}, deployment="r-a", statuscode="424"),
            series({"10:00": 1.0}, deployment="r-a", statuscode="503"),
            series({"10:00": 2.0}, deployment="r-a", statuscode="401"),
            series({"10:00": 3.0}, deployment="r-a", statuscode="429"),
        ],
        RequestLatency_P95=[series({"10:00": 25.5}, deployment="r-a")],
    )
    found = Metrics(monitor, ENDPOINT).figures("r-a", at("10:00"), at("10:02"))
    assert found.minutes == (Minute(at("10:00"), 100, 8, 25.5),)


def test_what_is_asked() -> None:
    """One minute's averages of the endpoint by deployment: all series, not the ten that Azure gives unasked."""
    monitor = Monitor()
    Metrics(monitor, ENDPOINT).figures("r-a", at("10:00:40"), at("10:02"))
    requests, latency = monitor.asked
    assert requests == {
        "id": f"{ENDPOINT}/providers/Microsoft.Insights/metrics",
        "api-version": "2024-02-01",
        "metricnames": "RequestsPerMinute",
        "timespan": "2026-12-01T10:00:00Z/2026-12-01T10:02:00Z",
        "interval": "PT1M",
        "aggregation": "average",
        "$filter": "deployment eq 'r-a' and statusCode eq '*'",
        "top": "1000",
    }
    assert (latency["metricnames"], latency["$filter"]) == ("RequestLatency_P95", "deployment eq 'r-a'")


def test_mirrored_requests_come_from_the_deployment() -> None:
    """The endpoint's callers never saw them; there the container's own status counts, and only 2xx is good."""
    monitor = Monitor(
        RequestsPerMinute=[
            series({"10:00": 9.0}, envoy_response_code="200"),
            series({"10:00": 1.0}, envoy_response_code="400"),
        ],
        RequestLatency_P95=[series({"10:00": 7.0})],
    )
    found = Metrics(monitor, ENDPOINT).figures("r-a", at("10:00"), at("10:01"), mirrored=True)
    assert found.minutes == (Minute(at("10:00"), 10, 1, 7.0),)
    assert monitor.asked[0]["id"] == f"{ENDPOINT}/deployments/r-a/providers/Microsoft.Insights/metrics"
    assert monitor.asked[0]["$filter"] == "envoy_response_code eq '*'"
    assert "$filter" not in monitor.asked[1]


def test_the_models_own_metric() -> None:
    """From its namespace, by deployment."""
    monitor = Monitor(wine_score=[series({"10:00": 5.5}, deployment="r-a")])
    own = OwnMetric(name="wine_score", namespace="wine", at_least=3)
    found = Metrics(monitor, ENDPOINT).figures("r-a", at("10:00"), at("10:01"), own=own)
    assert found.own == 5.5
    assert monitor.asked[-1]["metricnamespace"] == "wine"


def test_no_metrics_are_no_requests() -> None:
    """An endpoint that nothing is known of yet."""
    assert Metrics(Monitor(), ENDPOINT).figures("r-a", at("10:00"), at("10:05")).requests == 0
    assert not Monitor().asked


def test_nothing_is_asked_for_no_time() -> None:
    """Before the first minute is complete."""
    monitor = Monitor()
    assert Metrics(monitor, ENDPOINT).figures("r-a", at("10:05"), at("10:05")).minutes == ()
    assert monitor.asked == []


def test_a_day_is_asked_at_most() -> None:
    """A step that waits for a week is judged by its last day."""
    monitor = Monitor()
    Metrics(monitor, ENDPOINT).figures("r-a", at("00:00"), at("71:30"))
    assert monitor.asked[0]["timespan"] == "2026-12-02T23:30:00Z/2026-12-03T23:30:00Z"


def test_requests_are_counted_from_their_logs() -> None:
    """Where logs are given the metric's average is not asked: latency is Azure Monitor's, counts are the log's."""
    asked: list[str] = []

    def query(text: str) -> list[dict[str, Any]]:
        asked.append(text)
        return [
            {"minute": "2026-12-01T10:00:00Z", "ResponseCode": 200, "requests": 95},
            {"minute": "2026-12-01T10:00:00.000000Z", "ResponseCode": 424, "requests": 5},
            {"minute": "2026-12-01T10:01:00Z", "ResponseCode": 404, "requests": 2},
        ]

    monitor = Monitor(RequestLatency_P95=[series({"10:00": 25.5}, deployment="r-a")])
    found = Metrics(monitor, ENDPOINT, RequestLogs(query, "e")).figures("r-a", at("10:00"), at("10:02"))
    assert found.minutes == (Minute(at("10:00"), 100, 5, 25.5), Minute(at("10:01"), 2, 0))
    assert [item["metricnames"] for item in monitor.asked] == ["RequestLatency_P95"]
    assert 'EndpointName =~ "e" and DeploymentName =~ "r-a"' in asked[0]
    assert "datetime(2026-12-01T10:00:00Z)" in asked[0]


def test_mirrored_requests_stand_in_no_log() -> None:
    """No caller sent them."""
    monitor = Monitor(RequestsPerMinute=[series({"10:00": 9.0}, envoy_response_code="200")])
    logs = RequestLogs(lambda _: [], "e")
    found = Metrics(monitor, ENDPOINT, logs).figures("r-a", at("10:00"), at("10:01"), mirrored=True)
    assert found.requests == 9


def test_logs_that_nobody_sends_are_noticed() -> None:
    """Twenty minutes of latency and not one request in the log: it says what to set, instead of waiting for ever."""
    points: dict[str, float | None] = {f"10:{minute:02}": 20.0 for minute in range(20)}
    monitor = Monitor(RequestLatency_P95=[series(points, deployment="r-a")])
    found = Metrics(monitor, ENDPOINT, RequestLogs(lambda _: [], "e"))
    with pytest.raises(AmlopsError, match=r"has none of its requests; send"):
        found.figures("r-a", at("10:00"), at("10:20"))
    few = Monitor(RequestLatency_P95=[series({"10:00": 20.0}, deployment="r-a")])
    late = Metrics(few, ENDPOINT, RequestLogs(lambda _: [], "e"))
    assert late.figures("r-a", at("10:00"), at("10:20")).requests == 0
