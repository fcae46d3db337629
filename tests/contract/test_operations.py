"""Long-running operations: at once, after N polls, in real time; how clients see them, and how they fail."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.containerregistry import ContainerRegistryManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.support.cloud import LocalCloud

from .rehearsal import as_it_was, rehearsal, send, unique
from .test_arm_clients import code

__all__ = ["as_it_was", "rehearsal"]

REGISTRY = "/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/{}?api-version=2025-11-01"
LOGS = "/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/{}?api-version=2025-07-01"


def registry(cloud: LocalCloud) -> dict[str, object]:
    return {"location": cloud.location, "sku": {"name": "Basic"}, "properties": {"adminUserEnabled": True}}


def until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < give_up, "it never became true"
        time.sleep(0.02)


@pytest.mark.client
def test_the_client_waits_until_it_is_done(rehearsal: LocalCloud) -> None:
    """With `polls:3` a create is Creating at first, and Succeeded with all its properties when the poller ends."""
    rehearsal.control("PUT", "operations", {"mode": "polls:3"})
    name = unique("acr")
    with rehearsal.client(ContainerRegistryManagementClient) as client:
        poller = client.registries.begin_create("rg", name, registry(rehearsal))
        assert not poller.done()
        assert client.registries.get("rg", name).properties.provisioning_state == "Creating"
        made = poller.result()
        assert made.properties.provisioning_state == "Succeeded"
        assert made.properties.login_server.startswith(name)
        client.registries.begin_delete("rg", name).result()
        assert name not in [r.name for r in client.registries.list_by_resource_group("rg")]


@pytest.mark.spec_example
def test_a_create_is_polled_by_its_headers(rehearsal: LocalCloud) -> None:
    """201 with Azure-AsyncOperation and Retry-After; its status goes from InProgress to Succeeded."""
    rehearsal.control("PUT", "operations", {"mode": "polls:2"})
    path = REGISTRY.format(unique("acr"))
    answer = send(rehearsal, "PUT", path, registry(rehearsal))
    assert answer.status_code == 201
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["properties"]["provisioningState"] == "Creating"
    url = answer.headers["Azure-AsyncOperation"]
    assert send(rehearsal, "GET", url).json()["status"] == "InProgress"
    send(rehearsal, "GET", url)
    until(lambda: send(rehearsal, "GET", url).json()["status"] == "Succeeded")
    assert send(rehearsal, "GET", path).json()["properties"]["provisioningState"] == "Succeeded"


@pytest.mark.spec_example
def test_the_last_answer_of_a_location_has_a_final_state(rehearsal: LocalCloud) -> None:
    """202 at the Location while it runs, then the resource in a final state; a delete ends in 204."""
    rehearsal.control("PUT", "operations", {"mode": "polls:1"})
    path = LOGS.format(unique("log-"))
    body = {"location": rehearsal.location, "properties": {"retentionInDays": 30}}
    answer = send(rehearsal, "PUT", path, body)
    assert answer.status_code == 201
    url = answer.headers["Location"]
    assert send(rehearsal, "GET", url).status_code == 202
    until(lambda: send(rehearsal, "GET", url).status_code == 200)
    assert send(rehearsal, "GET", url).json()["properties"]["provisioningState"] == "Succeeded"
    gone = send(rehearsal, "DELETE", path)
    assert gone.status_code == 202
    until(lambda: send(rehearsal, "GET", gone.headers["Location"]).status_code == 204)
    assert send(rehearsal, "GET", path).status_code == 404


@pytest.mark.emulator_only
def test_real_time_runs_on_the_emulators_clock(rehearsal: LocalCloud) -> None:
    """An operation of an hour is done as soon as the clock was moved by one."""
    rehearsal.control("PUT", "operations", {"mode": "real-time:3600"})
    answer = send(rehearsal, "PUT", REGISTRY.format(unique("acr")), registry(rehearsal))
    url = answer.headers["Azure-AsyncOperation"]
    assert send(rehearsal, "GET", url).json()["status"] == "InProgress"
    rehearsal.advance(3600)
    until(lambda: send(rehearsal, "GET", url).json()["status"] == "Succeeded")


@pytest.mark.client
def test_an_operation_that_fails(rehearsal: LocalCloud) -> None:
    """The poller raises the operation's error, and the resource stays there as Failed until a PUT mends it."""
    rehearsal.control("PUT", "faults", {"rules": [{"kind": "fail-operation", "path": "registries/", "method": "PUT"}]})
    name = unique("acr")
    with rehearsal.client(ContainerRegistryManagementClient) as client:
        with pytest.raises(HttpResponseError, match="told to fail"):
            client.registries.begin_create("rg", name, registry(rehearsal)).result()
        assert client.registries.get("rg", name).properties.provisioning_state == "Failed"
        mended = client.registries.begin_create("rg", name, registry(rehearsal)).result()
        assert mended.properties.provisioning_state == "Succeeded"


@pytest.mark.spec_example
def test_another_operation_is_in_progress(rehearsal: LocalCloud) -> None:
    """A PUT while one runs that never ends: 409 with Retry-After. A DELETE takes its place."""
    rehearsal.control("PUT", "faults", {"rules": [{"kind": "never-ends", "path": "registries/", "method": "PUT"}]})
    path = REGISTRY.format(unique("acr"))
    url = send(rehearsal, "PUT", path, registry(rehearsal)).headers["Azure-AsyncOperation"]
    again = send(rehearsal, "PUT", path, registry(rehearsal))
    assert (again.status_code, again.json()["error"]["code"]) == (409, "AnotherOperationInProgress")
    assert again.headers["Retry-After"] == "1"
    assert send(rehearsal, "DELETE", path).status_code == 200
    assert send(rehearsal, "GET", url).json()["status"] == "Canceled"
    assert send(rehearsal, "GET", path).status_code == 404


@pytest.mark.client
def test_a_group_goes_with_everything_in_it(rehearsal: LocalCloud) -> None:
    """Deleting a group deletes its resources; the group answers Deleting until then."""
    group, name = unique("rg-"), unique("acr")
    with (
        rehearsal.client(ResourceManagementClient) as resources,
        rehearsal.client(ContainerRegistryManagementClient) as images,
    ):
        resources.resource_groups.create_or_update(group, {"location": rehearsal.location})
        images.registries.begin_create(group, name, registry(rehearsal)).result()
        rehearsal.control("PUT", "operations", {"mode": "polls:2"})
        poller = resources.resource_groups.begin_delete(group)
        assert resources.resource_groups.get(group).properties.provisioning_state == "Deleting"
        poller.result()
        assert not resources.resource_groups.check_existence(group)
        rehearsal.control("PUT", "operations", {"mode": "at-once"})
        resources.resource_groups.create_or_update(group, {"location": rehearsal.location})
        assert not list(images.registries.list_by_resource_group(group))
        made = images.registries.begin_create(group, name, registry(rehearsal)).result()
        assert made.name == name


@pytest.mark.emulator_only
def test_a_mode_there_is_not(rehearsal: LocalCloud) -> None:
    """The control API names the modes, and keeps the one it has."""
    with pytest.raises(Exception, match="400"):
        rehearsal.control("PUT", "operations", {"mode": "sometimes"})
    assert rehearsal.control("GET", "operations") == {"mode": "at-once"}


@pytest.mark.client
def test_a_name_that_somebody_else_has(rehearsal: LocalCloud) -> None:
    """A registry's name is unique in all of Azure: 409 AlreadyInUse in another group."""
    group, name = unique("rg-"), unique("acr")
    with (
        rehearsal.client(ResourceManagementClient) as resources,
        rehearsal.client(ContainerRegistryManagementClient) as images,
    ):
        resources.resource_groups.create_or_update(group, {"location": rehearsal.location})
        images.registries.begin_create("rg", name, registry(rehearsal)).result()
        with pytest.raises(HttpResponseError) as raised:
            images.registries.begin_create(group, name.upper(), registry(rehearsal)).result()
        assert code(raised.value) == (409, "AlreadyInUse")
