"""Which metrics there are, by resource type: those that can be computed from requests.

Source: Azure Monitor's supported metrics of onlineEndpoints (2026-07) and of onlineEndpoints/deployments (2023-10).
What a deployment's machine would tell (CPU, memory, disk) is not there: nothing here measures it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import fmean

from ..scoring import names
from ..scoring.requests import Served

ENDPOINT, DEPLOYMENT = names.ENDPOINT, f"{names.ENDPOINT}/deployments"
Dimension = Callable[[Served], str]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric. `of_minute` gives its value for the requests of one minute, at least one of them."""

    name: str
    display: str
    unit: str
    description: str
    dimensions: dict[str, Dimension]
    of_minute: Callable[[list[Served]], float]


def percentile(values: list[float], share: float) -> float:
    """By linear interpolation between the two nearest values; `share` from 0 to 1."""
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)


def milliseconds(requests: list[Served]) -> list[float]:
    return [served.seconds * 1000 for served in requests]


def of_type(resource_type: str) -> dict[str, Metric]:
    """The metrics of a resource type by name in lower case; none for other types."""
    return _BY_TYPE.get(resource_type.lower(), {})


def _count(requests: list[Served]) -> float:
    return float(len(requests))


def _model_status(served: Served) -> str:
    return "" if served.model_status is None else str(served.model_status)


def _container_status(served: Served) -> str:
    """What the deployment's own proxy answered: the container's status, the front's where it was not reached."""
    return str(served.status if served.model_status is None else served.model_status)


def _latencies(dimensions: dict[str, Dimension], what: str) -> list[Metric]:
    def metric(number: int) -> Metric:
        return Metric(
            f"RequestLatency_P{number}",
            f"Request Latency P{number}",
            "MilliSeconds",
            f"The P{number} latency of the requests to {what} in a minute",
            dimensions,
            lambda requests: percentile(milliseconds(requests), number / 100),
        )

    return [metric(number) for number in (50, 90, 95, 99)]


def _endpoint() -> list[Metric]:
    by_deployment: dict[str, Dimension] = {"deployment": lambda served: served.deployment}
    dimensions: dict[str, Dimension] = {
        **by_deployment,
        "statusCode": lambda served: str(served.status),
        "statusCodeClass": lambda served: f"{served.status // 100}xx",
        "modelStatusCode": _model_status,
    }
    counts = "The number of requests to the online endpoint in a minute"
    latency = "The time taken from a request to its answer, over the requests of a minute"
    return [
        Metric("RequestsPerMinute", "Requests Per Minute", "Count", counts, dimensions, _count),
        Metric(
            "RequestLatency",
            "Request Latency",
            "MilliSeconds",
            latency,
            by_deployment,
            lambda requests: fmean(milliseconds(requests)),
        ),
        *_latencies(by_deployment, "the online endpoint"),
    ]


def _deployment() -> list[Metric]:
    counts = "The number of requests to the online deployment in a minute"
    dimensions: dict[str, Dimension] = {"envoy_response_code": _container_status}
    return [
        Metric("RequestsPerMinute", "Requests Per Minute", "Count", counts, dimensions, _count),
        *_latencies({}, "the online deployment"),
    ]


_BY_TYPE = {
    ENDPOINT.lower(): {metric.name.lower(): metric for metric in _endpoint()},
    DEPLOYMENT.lower(): {metric.name.lower(): metric for metric in _deployment()},
}
