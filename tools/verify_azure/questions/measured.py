"""What Azure Monitor says of the endpoint's requests, minute by minute."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from amlops.config.moments import moment, stamp
from amlops.rollout.figures import minute_of
from amlops.rollout.metrics import API_VERSION

from .question import Ground

SPAN = timedelta(hours=2)


def requests_by_minute(ground: Ground, aggregation: str) -> dict[datetime, float]:
    """RequestsPerMinute of all deployments together, by an aggregation. Raises AzureRefused."""
    until = ground.azure.now()
    query = {
        "metricnames": "RequestsPerMinute",
        "timespan": f"{stamp(minute_of(until - SPAN))}/{stamp(until)}",
        "interval": "PT1M",
        "aggregation": aggregation,
    }
    answer: dict[str, Any] = (
        ground.azure.resource(f"{ground.endpoint}/providers/Microsoft.Insights/metrics", API_VERSION, **query) or {}
    )
    found: dict[datetime, float] = {}
    for metric in answer.get("value") or ():
        for series in metric.get("timeseries") or ():
            for point in series.get("data") or ():
                if point.get(aggregation) is not None:
                    at = minute_of(moment(point["timeStamp"]))
                    found[at] = found.get(at, 0.0) + float(point[aggregation])
    return {at: value for at, value in found.items() if value}
