"""The activity log, by azure-mgmt-monitor: who did what through ARM, and how it ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.monitor import MonitorManagementClient

from tests.contract.monitor import served
from tests.contract.rehearsal import send, unique
from tests.contract.test_arm_clients import assign
from tests.support.cloud import LocalCloud

pytestmark = pytest.mark.client

CONTRIBUTOR = "b24988ac-6180-42a0-ab88-20f7382dd24c"
GROUPS = "2025-04-01"


def now(cloud: LocalCloud) -> datetime:
    return datetime.fromisoformat(cloud.control("GET", "clock")["now"])


def events(cloud: LocalCloud, condition: str, since: datetime | None = None) -> list[Any]:
    """Oldest first."""
    start = since or now(cloud) - timedelta(minutes=5)
    with cloud.client(MonitorManagementClient) as client:
        found = client.activity_logs.list(filter=f"eventTimestamp ge '{start:%Y-%m-%dT%H:%M:%SZ}' and {condition}")
        return list(reversed(list(found)))


def test_who_made_and_changed_a_group(quick: LocalCloud) -> None:
    """A write by the owner, one that was refused, a delete by somebody else: each with caller, status and request."""
    name, other = unique("rg-"), quick.new_caller("somebody")
    at = f"/resourceGroups/{name}?api-version={GROUPS}"
    where = {"location": quick.location}
    made = send(quick, "PUT", at, where, x_ms_correlation_request_id="mine")
    assert send(quick, "PUT", at, where, caller=other).status_code == 403
    assign(quick, f"{quick.subscription}/resourceGroups/{name}", CONTRIBUTOR, other.object_id)
    assert send(quick, "DELETE", at, caller=other).status_code in (200, 202)
    assert send(quick, "GET", at).status_code in (200, 404)

    group = f"{quick.subscription}/resourceGroups/{name}"
    found = events(quick, f"resourceUri eq '{group.upper()}'")
    assert [(e.operation_name.value, e.caller, e.status.value) for e in found] == [
        ("Microsoft.Resources/resourceGroups/write", quick.owner.object_id, "Succeeded"),
        ("Microsoft.Resources/resourceGroups/write", other.object_id, "Failed"),
        ("Microsoft.Resources/resourceGroups/delete", other.object_id, "Succeeded"),
    ]
    first, refused, _ = found
    assert (first.correlation_id, first.http_request.method) == ("mine", "PUT")
    assert first.properties["serviceRequestId"] == made.headers["x-ms-request-id"]
    assert first.sub_status.localized_value == "Created (HTTP Status Code: 201)"
    assert first.authorization.scope == group
    assert first.claims["appid"] == quick.owner.client_id
    assert "AuthorizationFailed" in refused.properties["statusMessage"]
    assert refused.claims["app_displayname"] == "somebody"
    (by_group,) = [e for e in events(quick, f"resourceGroupName eq '{name}'") if "roleAssignments" in e.resource_id]
    assert by_group.operation_name.value == "Microsoft.Authorization/roleAssignments/write"


def test_a_person_is_named(quick: LocalCloud) -> None:
    """A caller whose name is one that people sign in with is told by it, not by an object id."""
    person = quick.new_caller("jane@contoso.test")
    group = f"/resourceGroups/{unique('rg-')}"
    assign(quick, quick.subscription, CONTRIBUTOR, person.object_id)
    served.put(quick, group, {"location": quick.location}, GROUPS, caller=person)
    (event,) = events(quick, f"resourceUri eq '{quick.subscription}{group}'")
    assert (event.caller, event.claims["name"]) == ("jane@contoso.test", "jane@contoso.test")


def test_what_takes_time_has_two_entries(quick: LocalCloud) -> None:
    """Accepted, then how it ended, with one correlation id; also when it failed, and after a restart between them."""
    registry = f"/resourceGroups/{served.GROUP}/providers/Microsoft.ContainerRegistry/registries/{unique('acr')}"
    quick.control("PUT", "operations", {"mode": "polls:1"})
    fault = {"kind": "fail-operation", "path": registry, "method": "DELETE"}
    quick.control("PUT", "faults", {"rules": [fault]})
    try:
        body = {"location": quick.location, "sku": {"name": "Basic"}}
        for method in ("PUT", "DELETE"):
            answer = send(quick, method, f"{registry}?api-version=2025-11-01", body if method == "PUT" else None)
            poll = answer.headers.get("Azure-AsyncOperation") or answer.headers["Location"]
            while send(quick, "GET", poll).status_code == 202 or _in_progress(quick, poll):
                pass
    finally:
        quick.control("PUT", "operations", {"mode": "at-once"})
        quick.control("PUT", "faults", {"rules": []})
    found = events(quick, f"resourceUri eq '{quick.subscription}{registry}'")
    assert [(e.operation_name.value.rsplit("/", 1)[-1], e.status.value) for e in found] == [
        ("write", "Accepted"),
        ("write", "Succeeded"),
        ("delete", "Accepted"),
        ("delete", "Failed"),
    ]
    assert found[0].correlation_id == found[1].correlation_id != found[2].correlation_id


def _in_progress(cloud: LocalCloud, poll: str) -> bool:
    return bool(
        send(cloud, "GET", poll.replace("operationResults", "operationStatuses")).json()["status"] == "InProgress"
    )


def test_it_is_late_and_asks_for_a_start(quick: LocalCloud) -> None:
    """With lateness an entry comes when the clock has moved; a list without the start of a time is refused."""
    quick.control("PUT", "metrics", {"activityLateSeconds": 300})
    group, since = f"/resourceGroups/{unique('rg-')}", now(quick) - timedelta(seconds=2)
    served.put(quick, group, {"location": quick.location}, GROUPS)
    condition = f"resourceUri eq '{quick.subscription}{group}'"
    assert events(quick, condition, since) == []
    quick.advance(301)
    assert len(events(quick, condition, since)) == 1
    with quick.client(MonitorManagementClient) as client:
        for wrong in (condition, "eventTimestamp ge 'yesterday'", "weather eq 'fine'"):
            with pytest.raises(HttpResponseError) as raised:
                list(client.activity_logs.list(filter=wrong))
            assert raised.value.status_code == 400


def test_pages_and_selected_fields(quick: LocalCloud) -> None:
    """More than a page is followed by nextLink; `$select` leaves the rest away."""
    group = f"/resourceGroups/{unique('rg-')}"
    for number in range(210):
        served.put(quick, group, {"location": quick.location, "tags": {"n": str(number)}}, GROUPS)
    assert len(events(quick, f"resourceUri eq '{quick.subscription}{group}'")) == 210
    since = now(quick) - timedelta(minutes=5)
    with quick.client(MonitorManagementClient) as client:
        condition = f"eventTimestamp ge '{since:%Y-%m-%dT%H:%M:%SZ}'"
        first = next(iter(client.activity_logs.list(filter=condition, select="caller,eventTimestamp")))
    assert (first.caller, first.operation_name) == (quick.owner.object_id, None)
