"""Metrics computed from requests, as `GET {id}/providers/Microsoft.Insights/metrics` answers them.

A minute without requests has no value. Over a longer interval a value is the average of its minutes', since Azure
aggregates what was gathered by the minute. Source: azure-mgmt-monitor, models Response, Metric and TimeSeriesElement.
"""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean
from typing import TYPE_CHECKING, Any

from ..arm.errors import bad_request
from ..scoring.requests import Served
from ..store import Resource
from . import definitions, lateness
from .definitions import Metric
from .metric_query import INTERVALS, Query, moment, read, require_dimensions

if TYPE_CHECKING:
    from ..cloud import Cloud

Values = tuple[str, ...]  # of the dimensions that the answer is divided by


def answer(cloud: Cloud, resource: Resource, query: Mapping[str, str]) -> dict[str, Any]:
    """The answer's body. Raises ArmError 400."""
    wanted = read(query, cloud.clock.now())
    strict = next((v for k, v in query.items() if k.lower() == "validatedimensions"), "true").lower() != "false"
    requests = _requests(cloud, resource, wanted)
    return {
        "cost": 0,
        "timespan": wanted.timespan,
        "interval": wanted.interval,
        "namespace": resource.type,
        "resourceregion": str(resource.body.get("location", "")),
        "value": [_metric(resource, metric, wanted, requests, strict) for metric in _wanted(resource, wanted)],
    }


def defined(resource: Resource) -> list[dict[str, Any]]:
    """The resource's metric definitions."""
    return [_definition(resource, metric) for metric in definitions.of_type(resource.type).values()]


def _requests(cloud: Cloud, resource: Resource, query: Query) -> list[Served]:
    """What can be known by now. A mirrored request counts at its deployment; at the endpoint nobody waited for it."""
    until = min(query.until, lateness.known_until(cloud.store, cloud.clock, "lateSeconds"))
    if resource.type.lower() == definitions.DEPLOYMENT.lower():
        endpoint = resource.id.parent
        assert endpoint is not None
        found = cloud.scoring.requests.of(endpoint.key, query.since, until)
        return [served for served in found if served.deployment.lower() == resource.id.name.lower()]
    return [s for s in cloud.scoring.requests.of(resource.id.key, query.since, until) if not s.mirrored]


def _wanted(resource: Resource, query: Query) -> list[Metric]:
    known = definitions.of_type(resource.type)
    if not known:
        raise bad_request("BadRequest", f"The local Azure has no metrics of '{resource.type}'.", target="resourceUri")
    unknown = [name for name in query.names if name.lower() not in known]
    if unknown:
        valid = ",".join(metric.name for metric in known.values())
        raise bad_request(
            "BadRequest",
            f"Failed to find metric configuration for provider: {resource.type}, metric: {', '.join(unknown)}. "
            f"Valid metrics: {valid}",
            target="metricnames",
        )
    return [known[name.lower()] for name in query.names] or list(known.values())


def _metric(resource: Resource, metric: Metric, query: Query, requests: list[Served], strict: bool) -> dict[str, Any]:
    require_dimensions(query, metric, strict=strict)
    return {
        "id": f"{resource.id.text}/providers/Microsoft.Insights/metrics/{metric.name}",
        "type": "Microsoft.Insights/metrics",
        "name": {"value": metric.name, "localizedValue": metric.display},
        "displayDescription": metric.description,
        "unit": metric.unit,
        "timeseries": _series(metric, query, requests),
        "errorCode": "Success",
    }


def _series(metric: Metric, query: Query, requests: list[Served]) -> list[dict[str, Any]]:
    dimensions = {name.lower(): (name, value_of) for name, value_of in metric.dimensions.items()}
    filtered = {name: conditions for name, conditions in query.filter.items() if name in dimensions}
    split = [name for name in query.split if name in dimensions]
    found: dict[Values, list[Served]] = {} if split else {(): []}
    for served in requests:
        values = {name: dimensions[name][1](served) for name in filtered}
        if all(any(c.takes(values[name]) for c in conditions) for name, conditions in filtered.items()):
            found.setdefault(tuple(values[name] for name in split), []).append(served)
    if not split:
        data = _data(metric, query, found[()])
        return [{"metadatavalues": [], **({"data": data} if query.with_data else {})}]
    shown = []
    for key, inside in sorted(found.items()):
        data = _data(metric, query, inside)
        level = fmean(point["average"] for point in data if "average" in point)
        labels = [_label(dimensions[name][0], value) for name, value in zip(split, key, strict=True)]
        shown.append((level, {"metadatavalues": labels, **({"data": data} if query.with_data else {})}))
    shown.sort(key=lambda pair: pair[0], reverse=not query.ascending)
    return [entry for _, entry in shown[: query.top]]


def _data(metric: Metric, query: Query, requests: list[Served]) -> list[dict[str, Any]]:
    minutes: dict[int, list[Served]] = {}
    for served in requests:
        minutes.setdefault(int(served.at // 60), []).append(served)
    steps: dict[int, list[float]] = {}
    for minute, inside in minutes.items():
        steps.setdefault(minute * 60 // query.step, []).append(metric.of_minute(inside))
    data = []
    for step in range(int(query.since) // query.step, int(-(-query.until // query.step))):
        point: dict[str, Any] = {"timeStamp": moment(step * query.step)}
        if step in steps:
            point["average"] = fmean(steps[step])
        data.append(point)
    return data


def _label(name: str, value: str) -> dict[str, Any]:
    return {"name": {"value": name.lower(), "localizedValue": name}, "value": value}


def _definition(resource: Resource, metric: Metric) -> dict[str, Any]:
    at = f"{resource.id.text}/providers/Microsoft.Insights/metricDefinitions/{metric.name}"
    return {
        "id": at,
        "resourceId": resource.id.text,
        "namespace": resource.type,
        "name": {"value": metric.name, "localizedValue": metric.display},
        "displayDescription": metric.description,
        "isDimensionRequired": False,
        "unit": metric.unit,
        "primaryAggregationType": "Average",
        "supportedAggregationTypes": ["Average"],
        "metricAvailabilities": [{"timeGrain": name, "retention": "P93D"} for name in INTERVALS],
        "dimensions": [{"value": name, "localizedValue": name} for name in metric.dimensions],
    }
