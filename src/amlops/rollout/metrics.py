"""What Azure Monitor measured of one ARM deployment, minute by minute.

Live requests come from the endpoint's metrics by the dimension `deployment`; mirrored ones from the deployment's own,
for the endpoint never saw them. `RequestsPerMinute` lists no total: its average over a minute is the minute's count
where one gateway serves, so requests are counted from the request logs where these are there (`request_logs`).
Source: Azure Monitor's supported metrics of onlineEndpoints and of onlineEndpoints/deployments (docs/azure.md 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from amlops.config.moments import moment, stamp
from amlops.config.rollout import OwnMetric
from amlops.errors import AmlopsError

from .figures import Figures, Minute, minute_of
from .request_logs import RequestLogs

API_VERSION = "2024-02-01"
MOST_SERIES = "1000"
"""Series that are asked for; Azure gives 10 where a filter is there and nothing is asked."""
LONGEST = timedelta(hours=24)
"""How far back is asked at most."""
UNLOGGED = 20
"""Minutes with requests by the metrics and without any by the logs that can't be lateness."""
FAILURES = frozenset({408, 424, 429})
"""Statuses below 500 that are the deployment's fault: timeout, the model's own answer, too little capacity."""


class Reader(Protocol):
    """What `Azure.resource` does: GET by ARM id."""

    def __call__(self, id: str, api_version: str, **query: str) -> dict[str, Any] | None: ...


@dataclass(frozen=True, slots=True)
class Metrics:
    """Reads figures of an endpoint's deployments. `endpoint` is its ARM id; `logs` count requests where they are given,
    else the metric does."""

    read: Reader
    endpoint: str
    logs: RequestLogs | None = None

    def figures(
        self, deployment: str, since: datetime, until: datetime, *, mirrored: bool = False, own: OwnMetric | None = None
    ) -> Figures:
        """The whole minutes between the two, of the last 24 hours. Raises AmlopsError."""
        since = max(minute_of(since), until - LONGEST)
        if since >= until:
            return Figures()
        span = f"{stamp(since)}/{stamp(until)}"
        of = f"deployment eq '{deployment}'"
        minutes: dict[datetime, Minute] = {}

        def minute(at: datetime) -> Minute:
            return minutes.get(at, Minute(at))

        where, status = (
            (f"{self.endpoint}/deployments/{deployment}", "envoy_response_code")
            if mirrored
            else (self.endpoint, "statusCode")
        )
        by_status = f"{status} eq '*'" if mirrored else f"{of} and {status} eq '*'"
        if self.logs is not None and not mirrored:
            counted = self.logs.counts(deployment, since, until)
        else:
            points = self._points(where, span, "RequestsPerMinute", by_status)
            counted = ((at, dimensions.get(status.lower(), ""), value) for dimensions, at, value in points)
        for at, code, value in counted:
            bad, before = _fails(code, mirrored=mirrored), minute(at)
            errors = before.errors + (value if bad else 0)
            minutes[at] = replace(before, requests=before.requests + value, errors=errors)
        for _, at, value in self._points(where, span, "RequestLatency_P95", "" if mirrored else of):
            minutes[at] = replace(minute(at), p95=value)
        if self.logs is not None and not mirrored:
            _require_logs(minutes.values(), deployment)
        if own is not None:
            for _, at, value in self._points(self.endpoint, span, own.name, of, metricnamespace=own.namespace):
                minutes[at] = replace(minute(at), own=value)
        return Figures(tuple(minutes[at] for at in sorted(minutes))).within(since, until)

    def _points(
        self, id: str, span: str, name: str, only: str, **more: str
    ) -> Iterator[tuple[Mapping[str, str], datetime, float]]:
        """Each value with the values of the dimensions (their names in lower case) that it was measured for."""
        query = {"metricnames": name, "timespan": span, "interval": "PT1M", "aggregation": "average", **more}
        if only:
            query |= {"$filter": only, "top": MOST_SERIES}
        answer = self.read(f"{id}/providers/Microsoft.Insights/metrics", API_VERSION, **query) or {}
        for metric in answer.get("value") or ():
            for series in metric.get("timeseries") or ():
                values = series.get("metadatavalues") or ()
                dimensions = {str(item["name"]["value"]).lower(): str(item["value"]) for item in values}
                for point in series.get("data") or ():
                    if point.get("average") is not None:
                        yield dimensions, minute_of(moment(point["timeStamp"])), float(point["average"])


def _require_logs(minutes: Iterable[Minute], deployment: str) -> None:
    """Raises AmlopsError where Azure Monitor knows of requests, for long enough, and the log of none."""
    found = list(minutes)
    if sum(minute.p95 is not None for minute in found) >= UNLOGGED and not any(minute.requests for minute in found):
        raise AmlopsError(
            f"{deployment} is asked, and AmlOnlineEndpointTrafficLog has none of its requests; send the workspace's "
            "logs to Log Analytics (`platform.monitoring.resource_logs`), or count by `rollout.counts: metrics`",
            exit_code=3,
        )


def _fails(status: str, *, mirrored: bool) -> bool:
    """Whether a status is a failure of the deployment. A mirrored one is the container's own, of which 2xx are good."""
    if not status.isdigit():
        return bool(status)
    code = int(status)
    return not 200 <= code < 300 if mirrored else code >= 500 or code in FAILURES
