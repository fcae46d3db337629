"""What a metric's values are of given requests, and how a request for metrics is read."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from localazure.emulator.arm.errors import ArmError
from localazure.emulator.arm.ids import ArmId
from localazure.emulator.clock import Clock
from localazure.emulator.cloud import Cloud
from localazure.emulator.monitor import definitions, lateness, metric_query, metrics
from localazure.emulator.scoring.requests import Requests, Served
from localazure.emulator.store import Resource, Store

pytestmark = pytest.mark.emulator_only

AT = "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w/onlineEndpoints/e"
MINUTE = 1_800_000_000 // 60 * 60  # a whole minute, some seconds after the epoch
SPAN = f"{metric_query.moment(MINUTE)}/{metric_query.moment(MINUTE + 120)}"


class Answers:
    """Metrics of an endpoint `e` of which the requests are given."""

    def __init__(self, home: Path, served: list[Served]) -> None:
        store = Store(home / "state.db")
        clock, requests = Clock(store), Requests(store)
        clock.advance(max(0.0, MINUTE + 600 - clock.now()))
        store.append("traffic", [(s.endpoint, s.at, s.row()) for s in served], keep=1000)
        self.cloud = cast(Cloud, SimpleNamespace(store=store, clock=clock, scoring=SimpleNamespace(requests=requests)))
        lateness.change(self.cloud.store, {"lateSeconds": 0})

    def ask(self, resource: str = AT, **query: str) -> dict[str, Any]:
        given = {"timespan": SPAN, **{name.replace("filter", "$filter"): value for name, value in query.items()}}
        (found,) = metrics.answer(self.cloud, Resource(ArmId(resource), {"location": "westeurope"}), given)["value"]
        return dict(found)

    def values(self, resource: str = AT, **query: str) -> dict[str, list[Any]]:
        """The averages of each series, None where a minute has none."""
        return {
            "/".join(label["value"] for label in series["metadatavalues"]): [p.get("average") for p in series["data"]]
            for series in self.ask(resource, **query)["timeseries"]
        }


def served(offset: float, deployment: str = "blue", status: int = 200, model: int | None = 200, **more: Any) -> Served:
    seconds = more.pop("seconds", 0.1)
    return Served(MINUTE + offset, ArmId(AT).key, deployment, status, model, seconds, **more)


def test_counts(tmp_path: Path) -> None:
    """A minute's count by dimension; what is mirrored counts at its deployment only; after the end is another time."""
    answers = Answers(
        tmp_path,
        [
            served(1),
            served(59.9),
            served(60, status=424, model=500),
            served(61, "green", mirrored=True),
            served(2, "green", 401, None),
            served(120),
        ],
    )
    assert answers.values(metricnames="requestsperminute") == {"": [3, 1]}
    assert answers.values(metricnames="RequestsPerMinute", filter="modelStatusCode eq '*'") == {
        "": [1, None],
        "200": [2, None],
        "500": [None, 1],
    }
    assert answers.values(metricnames="RequestsPerMinute", filter="statusCodeClass ne '2xx' and deployment eq '*'") == {
        "4xx/green": [1, None],
        "4xx/blue": [None, 1],
    }
    rolled = {"metricnames": "RequestsPerMinute", "filter": "deployment eq '*' and statusCodeClass eq '4xx'"}
    assert answers.values(**rolled, rollupby="deployment") == {"4xx": [1, 1]}
    assert answers.values(f"{AT}/deployments/green", metricnames="RequestsPerMinute") == {"": [1, 1]}
    assert answers.values(metricnames="RequestsPerMinute", interval="PT5M")[""][0] == 2  # of the two minutes' 3 and 1


def test_latencies(tmp_path: Path) -> None:
    """In milliseconds, of the requests of the minute: mean, median, and the ninety-fifth of a hundred."""
    answers = Answers(tmp_path, [served(n / 10, seconds=(n + 1) / 1000) for n in range(100)])
    assert answers.values(metricnames="RequestLatency")[""][0] == pytest.approx(50.5)
    assert answers.values(metricnames="RequestLatency_P50")[""][0] == pytest.approx(50.5)
    assert answers.values(metricnames="RequestLatency_P95")[""][0] == pytest.approx(95.05)
    assert answers.values(metricnames="RequestLatency_P99", filter="deployment eq 'blue'") == {
        "blue": [pytest.approx(99.01), None]
    }
    assert answers.ask(metricnames="RequestLatency_P90")["unit"] == "MilliSeconds"


def test_percentiles() -> None:
    """Of one value it is that value; else between its neighbours."""
    assert definitions.percentile([7.0], 0.99) == 7
    assert definitions.percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5


def test_lateness(tmp_path: Path) -> None:
    """What happened within the last so many seconds isn't known; other names and times before now are refused."""
    answers = Answers(tmp_path, [served(1), served(100)])
    lateness.change(answers.cloud.store, {"lateSeconds": 550})
    assert answers.values(metricnames="RequestsPerMinute") == {"": [1, None]}
    for wrong in ({"lateSeconds": -1.0}, {"early": 1.0}):
        with pytest.raises(ValueError, match=r"lateness"):
            lateness.change(answers.cloud.store, wrong)


def test_a_timespan_that_is_too_long() -> None:
    """A point a minute for a year is refused, and says what would do."""
    with pytest.raises(ArmError, match="longer interval"):
        metric_query.read({"timespan": "2025-01-01T00:00:00Z/2026-01-01T00:00:00Z"}, 0)


def test_a_timespan_that_is_a_duration() -> None:
    """The last half hour, from a whole minute on; without one the last hour."""
    query = metric_query.read({"timespan": "PT30M"}, MINUTE + 30)
    assert (query.since, query.until) == (MINUTE - 1800, MINUTE + 30)
    assert metric_query.read({}, MINUTE).since == MINUTE - 3600


def test_the_latest_requests_are_kept(tmp_path: Path) -> None:
    """A journal keeps as many entries as asked, a tenth more at most, of each stream for itself."""
    store = Store(tmp_path / "state.db")
    for number in range(300):
        store.append("many", [("a", float(number), number)], keep=100)
    store.append("few", [("a", 1.0, "x")], keep=100)
    found = store.entries("many", "A", 0, 1e9)
    assert found[-1] == 299
    assert 100 <= len(found) <= 110
    assert store.entries("few", "a", 0, 2) == ["x"]
    again = Store(tmp_path / "state.db")
    again.append("many", [("a", 300.0, 300)], keep=100)
    assert again.entries("many", "a", 0, 1e9)[-1] == 300
