"""Faults by rule: what clients meet in a bad hour, for as many requests as the rule says."""

from __future__ import annotations

import threading
import time

import pytest
from azure.core.exceptions import HttpResponseError, IncompleteReadError, ServiceRequestError, ServiceResponseError
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.support.cloud import LocalCloud

from .rehearsal import as_it_was, rehearsal, send

__all__ = ["as_it_was", "rehearsal"]

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
    rehearsal.control("POST", "clock", {"advanceSeconds": 3600})
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
@pytest.mark.parametrize("rule", [{"kind": "rain"}, {"kind": "drop", "wher": "x"}, {"kind": "drop", "path": "("}])
def test_a_rule_that_makes_no_sense(rehearsal: LocalCloud, rule: dict[str, str]) -> None:
    """It is refused, and the rules before stay."""
    with pytest.raises(Exception, match="400"):
        rehearsal.control("PUT", "faults", {"rules": [rule]})
    assert rehearsal.control("GET", "faults") == {"rules": []}
