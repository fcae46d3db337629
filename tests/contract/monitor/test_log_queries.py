"""Request logs of online endpoints in a Log Analytics workspace: what azure-monitor-query would send and take."""

from __future__ import annotations

import ssl
from typing import Any

import httpx
import pytest

from tests.contract.monitor import served
from tests.contract.monitor.served import Endpoint
from tests.contract.rehearsal import send, unique
from tests.contract.test_arm_clients import READER, assign
from tests.support.cloud import Caller, LocalCloud

pytestmark = pytest.mark.spec_example  # of "Online endpoint failed requests", queries/amlonlineendpointtrafficlog

SETTING = f"{served.WORKSPACE}/providers/Microsoft.Insights/diagnosticSettings/traffic"
VERSION = "2021-05-01-preview"
TABLE = "AmlOnlineEndpointTrafficLog"


@pytest.fixture(scope="module")
def endpoint(quick: LocalCloud) -> Endpoint:
    """Its workspace sends the log to `logs`; three requests to blue, two to green."""
    logs = [{"category": TABLE, "enabled": True}]
    body = {"properties": {"workspaceId": f"{quick.subscription}{served.LOGS}", "logs": logs}}
    served.put(quick, SETTING, body, VERSION)
    made = served.endpoint(quick, unique("ep-"), "blue", "green")
    made.ask(3)
    made.ask(2, "green")
    return made


def ask(cloud: LocalCloud, query: str, caller: Caller | None = None, **more: Any) -> httpx.Response:
    customer = send(cloud, "GET", f"{served.LOGS}?api-version=2023-09-01").json()["properties"]["customerId"]
    token = cloud.credential(caller).get_token("https://api.loganalytics.io/.default").token
    with httpx.Client(verify=ssl.create_default_context(cafile=cloud.ca), trust_env=False) as client:
        return client.post(
            f"{cloud.endpoint}/v1/workspaces/{customer}/query",
            json={"query": query, **more},
            headers={"Authorization": f"Bearer {token}"},
        )


def rows(cloud: LocalCloud, query: str, **more: Any) -> list[list[Any]]:
    answer = ask(cloud, query, **more)
    assert answer.status_code == 200, answer.text
    (table,) = answer.json()["tables"]
    assert table["name"] == "PrimaryResult"
    return list(table["rows"])


def test_counts_by_deployment(quick: LocalCloud, endpoint: Endpoint) -> None:
    """Counts, failures and latency of an endpoint's deployments, as a rollout asks for them."""
    query = f"""
    {TABLE}
    | where TimeGenerated > ago(10m) and EndpointName == "{endpoint.name}"
    | summarize requests = count(), failed = countif(ResponseCode >= 500), p95 = percentile(TotalDurationMs, 95)
        by DeploymentName
    | order by DeploymentName asc
    """
    found = rows(quick, query)
    assert [row[:3] for row in found] == [["blue", 3, 3], ["green", 2, 2]]
    assert all(row[3] >= 0 for row in found)


def test_the_documented_query(quick: LocalCloud, endpoint: Endpoint) -> None:
    """The example of Azure's reference page: the latest failed requests with their columns."""
    query = f"""{TABLE}
    | where ResponseCode != 200 and ResponseCode != 100 and EndpointName == "{endpoint.name}"
    | project TimeGenerated, Location, Method, Path, Subscription = _SubscriptionId, EndpointName, DeploymentName,
        ResponseCode, ResponseCodeReason, ModelStatusCode, RequestPayloadSize, XRequestId, TotalDurationMs
    | top 100 by TimeGenerated"""
    found = rows(quick, query)
    assert len(found) == 5
    assert found[0][2:4] == ["POST", "/score"]
    assert found[0][7:10] == [503, "Service Unavailable", None]
    assert found[0][0] >= found[-1][0]


def test_by_minute_and_within_a_timespan(quick: LocalCloud, endpoint: Endpoint) -> None:
    """bin() groups by minutes; the request's timespan limits what is seen."""
    name = f'| where EndpointName == "{endpoint.name}"'
    binned = rows(quick, f"{TABLE} {name} | summarize count() by bin(TimeGenerated, 1m)")
    assert sum(row[1] for row in binned) == 5
    assert all(row[0].endswith(":00.000000Z") for row in binned)
    assert rows(quick, f"{TABLE} {name} | count", timespan="PT10M") == [[5]]
    assert rows(quick, f"{TABLE} {name} | count", timespan="2020-01-01T00:00:00Z/P1D") == [[0]]


def test_logs_are_late(quick: LocalCloud, endpoint: Endpoint) -> None:
    """They have a lateness of their own."""
    quick.control("PUT", "metrics", {"logsLateSeconds": 240})
    query = f'{TABLE} | where EndpointName == "{endpoint.name}" | count'
    before = rows(quick, query)[0][0]
    endpoint.ask(1)
    assert rows(quick, query)[0][0] <= before + 0
    quick.advance(241)
    assert rows(quick, query)[0][0] == 6


def test_refusals(quick: LocalCloud, endpoint: Endpoint) -> None:
    """What it doesn't understand is 400 and never a wrong answer; roles count; so does the workspace's id."""
    for query in (
        f"{TABLE} | join kind=inner X",
        f"{TABLE} | where Colour == 1",
        "Other",
        f"{TABLE} | where",
        f"{TABLE}|",
    ):
        assert ask(quick, query).status_code == 400, query
    reader = quick.new_caller("log-reader")
    assert ask(quick, f"{TABLE} | count", reader).status_code == 403
    assign(quick, f"{quick.subscription}{served.LOGS}", READER, reader.object_id)
    assert ask(quick, f"{TABLE} | count", reader).status_code == 200


def test_diagnostic_settings(quick: LocalCloud) -> None:
    """Kept as put, listed at their resource only, gone after a delete; refused without destination or content."""
    at = f"{served.LOGS}/providers/Microsoft.Insights/diagnosticSettings"
    logs = [{"categoryGroup": "audit", "enabled": True, "retentionPolicy": {"enabled": False, "days": 0}}]
    there = {"workspaceId": f"{quick.subscription}{served.LOGS}"}
    made = served.put(quick, f"{at}/audit", {"properties": {**there, "logs": logs}}, VERSION)
    assert (made["name"], made["properties"]["logs"]) == ("audit", logs)
    listed = send(quick, "GET", f"{at}?api-version={VERSION}").json()["value"]
    assert [setting["name"] for setting in listed] == ["audit"]
    for wrong in ({"logs": logs}, there, {**there, "logs": [{"enabled": True}]}, {"workspaceId": "/x", "logs": logs}):
        assert send(quick, "PUT", f"{at}/bad?api-version={VERSION}", {"properties": wrong}).status_code == 400, wrong
    nowhere = f"{served.LOGS}x/providers/Microsoft.Insights/diagnosticSettings/audit?api-version={VERSION}"
    assert send(quick, "PUT", nowhere, {"properties": {**there, "logs": logs}}).status_code == 404
    assert send(quick, "DELETE", f"{at}/audit?api-version={VERSION}").status_code == 200
    assert send(quick, "GET", f"{at}/audit?api-version={VERSION}").status_code == 404
