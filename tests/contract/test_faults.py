"""Faults by rule: what clients meet in a bad hour, for as many requests as the rule says."""

from __future__ import annotations

import threading
import time

import pytest
from azure.core.exceptions import HttpResponseError, IncompleteReadError, ServiceRequestError, ServiceResponseError
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.storage.blob import BlobServiceClient

from tests.support.cloud import LocalCloud

from .rehearsal import as_it_was, rehearsal, send, unique
from .test_arm_clients import assign
from .test_durability import until

__all__ = ["as_it_was", "rehearsal"]

BLOB_OWNER = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
GROUP = "/resourceGroups/rg?api-version=2025-04-01"


@pytest.mark.client
@pytest.mark.parametrize("status", [429, 503])
def test_a_client_tries_again(rehearsal: LocalCloud, status: int) -> None:
    """429 and 503 with Retry-After are tried again by the client's own policy and end well."""
    rehearsal.control("PUT", "faults", {"rules": [{"kind": "status", "status": status, "path": "resourceGroups/rg$"}]})
    answer = send(rehearsal, "GET", GROUP)
    assert (answer.status_code, answer.headers["Retry-After"]) == (status, "1")
    rehearsal.control("PUT", "faults", {"rules": [{"kind": "status", "status": status, "retryAfter": 0, "times": 2}]})
    with rehearsal.client(ResourceManagementClient, retry_total=3) as client:
        assert client.resource_groups.get("rg").name == "rg"
    assert rehearsal.control("GET", "faults") == {"rules": []}


@pytest.mark.client
def test_a_dropped_connection(rehearsal: LocalCloud) -> None:
    """No answer at all, once; the next request passes."""
    rehearsal.control("PUT", "faults", {"rules": [{"kind": "drop", "path": "resourceGroups"}]})
    with rehearsal.client(ResourceManagementClient) as client:
        with pytest.raises((ServiceRequestError, ServiceResponseError, IncompleteReadError)):
            client.resource_groups.get("rg")
        assert client.resource_groups.get("rg").name == "rg"


@pytest.mark.emulator_only
def test_a_slow_answer_waits_on_the_emulators_clock(rehearsal: LocalCloud) -> None:
    """An answer that takes an hour comes when the clock was moved; others are not held up by it."""
    rehearsal.control("PUT", "faults", {"rules": [{"kind": "slow", "seconds": 3600, "path": "resourceGroups/rg$"}]})
    found = []
    waiting = threading.Thread(target=lambda: found.append(send(rehearsal, "GET", GROUP).status_code))
    waiting.start()
    give_up = time.monotonic() + 30
    while rehearsal.control("GET", "faults")["rules"]:
        assert time.monotonic() < give_up, "the rule was never used"
        time.sleep(0.02)
    assert send(rehearsal, "GET", GROUP).status_code == 200
    assert found == []
    rehearsal.advance(3600)
    waiting.join(30)
    assert found == [401], "its token has expired meanwhile"


@pytest.mark.client
def test_a_rule_is_for_what_it_names(rehearsal: LocalCloud) -> None:
    """A rule for PUT leaves GET alone."""
    rehearsal.control("PUT", "faults", {"rules": [{"kind": "status", "method": "PUT", "times": 9}]})
    with rehearsal.client(ResourceManagementClient) as client:
        assert client.resource_groups.get("rg").name == "rg"
        with pytest.raises(HttpResponseError) as raised:
            client.resource_groups.create_or_update("rg", {"location": rehearsal.location})
    assert raised.value.status_code == 503
    assert rehearsal.control("GET", "faults")["rules"][0]["times"] == 8


@pytest.mark.emulator_only
@pytest.mark.parametrize(
    "rule",
    [{"kind": "rain"}, {"kind": "drop", "wher": "x"}, {"kind": "drop", "path": "("}, {"kind": "drop", "host": "("}],
)
def test_a_rule_that_makes_no_sense(rehearsal: LocalCloud, rule: dict[str, str]) -> None:
    """It is refused, and the rules before stay."""
    with pytest.raises(Exception, match="400"):
        rehearsal.control("PUT", "faults", {"rules": [rule]})
    assert rehearsal.control("GET", "faults") == {"rules": []}


IMAGES = "/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries"
IMAGES_VERSION = "?api-version=2025-11-01"


@pytest.mark.emulator_only
def test_a_rule_may_let_some_pass_first(rehearsal: LocalCloud) -> None:
    """`after` counts what matches: the third write is the one that fails, and the fourth passes again."""
    fault = {"kind": "status", "status": 503, "method": "PUT", "path": "resourceGroups/rg$", "after": 2}
    rehearsal.control("PUT", "faults", {"rules": [fault]})
    body = {"location": rehearsal.location}
    seen = []
    for _ in range(4):
        assert send(rehearsal, "GET", GROUP).status_code == 200
        seen.append(send(rehearsal, "PUT", GROUP, body).status_code)
    assert seen == [200, 200, 503, 200]
    assert rehearsal.control("GET", "faults") == {"rules": []}


@pytest.mark.emulator_only
def test_an_answer_that_is_lost(rehearsal: LocalCloud) -> None:
    """The write is done; its client never hears of it."""
    name = unique("rg-")
    path = f"/resourceGroups/{name}?api-version=2025-04-01"
    rehearsal.control("PUT", "faults", {"rules": [{"kind": "lost", "method": "PUT", "path": name}]})
    with pytest.raises((ServiceRequestError, ServiceResponseError, IncompleteReadError)):
        send(rehearsal, "PUT", path, {"location": rehearsal.location})
    assert send(rehearsal, "GET", path).status_code == 200


@pytest.mark.emulator_only
def test_an_answer_that_is_held(rehearsal: LocalCloud) -> None:
    """Between what was done and what is told of it there is all the time that a test wants."""
    name = unique("rg-")
    path = f"/resourceGroups/{name}?api-version=2025-04-01"
    rehearsal.control("PUT", "faults", {"rules": [{"kind": "hold", "method": "PUT", "path": name}]})
    found = []
    body = {"location": rehearsal.location}
    waiting = threading.Thread(target=lambda: found.append(send(rehearsal, "PUT", path, body).status_code))
    waiting.start()
    until(lambda: bool(rehearsal.control("GET", "held")["held"]))
    at = f"{rehearsal.subscription}/resourceGroups/{name}"
    assert rehearsal.control("GET", "held") == {"held": [{"method": "PUT", "host": "", "path": at}]}
    assert send(rehearsal, "GET", path).status_code == 200
    assert found == []
    rehearsal.control("PUT", "faults", {"rules": []})
    waiting.join(30)
    assert found == [201]
    assert rehearsal.control("GET", "held") == {"held": []}


@pytest.mark.emulator_only
def test_an_operation_of_one_resource_never_ends(rehearsal: LocalCloud) -> None:
    """Aimed by path: beside it everything ends; a delete takes its place."""
    stuck, fine = unique("acr"), unique("acr")
    rehearsal.control("PUT", "operations", {"mode": "polls:1"})
    rehearsal.control("PUT", "faults", {"rules": [{"kind": "never-ends", "method": "PUT", "path": f"/{stuck}$"}]})
    body = {"location": rehearsal.location, "sku": {"name": "Basic"}}
    polls = {n: send(rehearsal, "PUT", f"{IMAGES}/{n}{IMAGES_VERSION}", body).headers for n in (stuck, fine)}

    def status(name: str) -> str:
        return str(send(rehearsal, "GET", polls[name]["Azure-AsyncOperation"]).json()["status"])

    until(lambda: status(fine) == "Succeeded")
    rehearsal.advance(3000)
    assert [status(stuck) for _ in range(5)] == ["InProgress"] * 5
    rehearsal.control("PUT", "operations", {"mode": "at-once"})
    assert send(rehearsal, "DELETE", f"{IMAGES}/{stuck}{IMAGES_VERSION}").status_code == 200
    assert status(stuck) == "Canceled"


@pytest.mark.emulator_only
def test_blobs_fail_by_their_host(rehearsal: LocalCloud) -> None:
    """A rule with a host is for blobs, one without never touches them; the trace has both, each with its caller."""
    account = unique("st")
    at = f"/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/{account}"
    body = {"location": rehearsal.location, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}
    assert send(rehearsal, "PUT", f"{at}?api-version=2025-06-01", body).status_code in (200, 201, 202)
    assign(rehearsal, f"{rehearsal.subscription}{at}", BLOB_OWNER, rehearsal.owner.object_id)
    mark = rehearsal.control("GET", "trace")["mark"]
    client = BlobServiceClient(
        f"https://{account}.blob.core.localazure.test",
        rehearsal.credential(),
        connection_verify=rehearsal.ca,
        proxies={"https": rehearsal.told["proxy"]},
        retry_total=0,
    )
    with client:
        container = client.create_container("state")
        rules = [
            {"kind": "drop", "method": "PUT", "times": 9},
            {"kind": "status", "host": account, "path": "^/state/two", "method": "PUT"},
        ]
        rehearsal.control("PUT", "faults", {"rules": rules})
        container.upload_blob("one", b"1")
        with pytest.raises(HttpResponseError):
            container.upload_blob("two", b"2")
        container.upload_blob("two", b"2")
    rehearsal.control("PUT", "faults", {"rules": []})
    told = rehearsal.control("GET", f"trace?since={mark}")
    writes = [(r["path"], r["status"], r["caller"]) for r in told["requests"] if r["method"] == "PUT"]
    owner = rehearsal.owner.object_id
    assert writes == [
        ("/state", 201, owner),
        ("/state/one", 201, owner),
        ("/state/two", 503, ""),
        ("/state/two", 201, owner),
    ]


@pytest.mark.emulator_only
def test_the_trace(rehearsal: LocalCloud) -> None:
    """Requests to ARM in their order, since a mark: method, path, status, caller, time; the control API isn't there."""
    mark = rehearsal.control("GET", "trace")["mark"]
    somebody = rehearsal.new_caller("somebody")
    assert send(rehearsal, "GET", GROUP).status_code == 200
    assert send(rehearsal, "PUT", GROUP, {"location": rehearsal.location}, caller=somebody).status_code == 403
    told = rehearsal.control("GET", f"trace?since={mark}")
    assert told["complete"] is True
    assert told["mark"] == mark + 2
    path = f"{rehearsal.subscription}/resourceGroups/rg"
    assert [(r["method"], r["path"], r["status"], r["caller"]) for r in told["requests"]] == [
        ("GET", path, 200, rehearsal.owner.object_id),
        ("PUT", path, 403, somebody.object_id),
    ]
    assert told["requests"][0]["at"] <= told["requests"][1]["at"]
    assert rehearsal.control("GET", f"trace?since={told['mark']}")["requests"] == []
