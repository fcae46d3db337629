"""Create, read, update, delete and functions against a fake ARM."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.unit.localazure.pulumi.fake_arm import CLIENT, OBJECT, SUBSCRIPTION, TENANT, FakeArm, Reply, fake_arm

from localazure.pulumi.arm.client import ArmClient
from localazure.pulumi.arm.credential import Credential
from localazure.pulumi.arm.settings import read_settings
from localazure.pulumi.arm.transport import Transport
from localazure.pulumi.crud import Crud
from localazure.pulumi.errors import AdapterError, ArmError, PartialError, UnknownTypeError, UnreachableError
from localazure.pulumi.invoke import Invoker
from localazure.pulumi.resource_type import Catalog, ResourceType
from localazure.pulumi.values import Secret

IN_WS = {"resourceGroupName": "g", "workspaceName": "w"}
ENDPOINT = {**IN_WS, "endpointName": "e", "location": "l", "properties": {"authMode": "Key"}}
VAULT = {"resourceGroupName": "g", "vaultName": "v", "location": "l", "properties": {"tenantId": "t"}}


@dataclass
class World:
    """The parts under test and the ARM that they talk to."""

    arm: FakeArm
    catalog: Catalog
    crud: Crud
    invoker: Invoker
    cancelled: threading.Event

    def kind(self, name: str) -> ResourceType:
        return self.catalog.type(f"azure-native:{name}")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with fake_arm(tmp_path) as arm:
        cancelled, catalog = threading.Event(), Catalog()
        settings = read_settings({}, arm.environment())
        transport = Transport.trusting(settings.ca_file, cancelled)
        credential = Credential(settings, transport)
        client = ArmClient(settings, transport, credential)
        yield World(arm, catalog, Crud(client), Invoker(catalog, client, credential, settings), cancelled)


@pytest.fixture
def endpoint(world: World) -> ResourceType:
    return world.kind("machinelearningservices:OnlineEndpoint")


def test_create_looks_puts_and_reads_back(world: World, endpoint: ResourceType) -> None:
    """The outputs are what ARM answers to GET, `name` included; the id is ARM's own."""
    stored = world.crud.create(endpoint, ENDPOINT, 0)
    methods = [m for m, p, _, _ in world.arm.requests if p.startswith("/subscriptions")]
    assert methods == ["GET", "PUT", "GET"]
    assert stored.outputs["name"] == "e"
    assert stored.outputs["properties"]["provisioningState"] == "Succeeded"
    assert stored.resource_id == world.arm.find("/e")["id"]


def test_existing_resource_is_not_adopted(world: World, endpoint: ResourceType) -> None:
    """In the words of the vendor's plugin; nothing is written."""
    world.crud.create(endpoint, ENDPOINT, 0)
    with pytest.raises(AdapterError, match="cannot create already existing resource '/subscriptions/"):
        world.crud.create(endpoint, ENDPOINT, 0)
    assert len(world.arm.sent("PUT")) == 1


def test_empty_answer_counts_as_absent(world: World, endpoint: ResourceType) -> None:
    """Some services answer 200 with `{}` for what is not there."""
    world.arm.script["GET", "/e"] = [Reply(200, {})]
    assert world.crud.create(endpoint, ENDPOINT, 0).outputs["name"] == "e"


def test_refused_create_leaves_no_state(world: World, endpoint: ResourceType) -> None:
    """ARM said no before anything was made."""
    world.arm.script["PUT", "/e"] = [Reply(400, {"error": {"code": "BadRequest", "message": "m"}})]
    with pytest.raises(ArmError, match="BadRequest"):
        world.crud.create(endpoint, ENDPOINT, 0)


def test_failed_create_keeps_what_exists(world: World, endpoint: ResourceType) -> None:
    """A failed endpoint exists in ARM, so the engine gets its id and state together with the reason."""
    world.arm.failing["/e"] = {"code": "Failed", "message": "why"}
    with pytest.raises(PartialError, match="why") as told:
        world.crud.create(endpoint, ENDPOINT, 0)
    assert told.value.resource_id.endswith("/onlineEndpoints/e")
    assert told.value.properties["properties"]["provisioningState"] == "Failed"
    assert told.value.inputs["endpointName"] == "e"


def test_failed_create_of_what_is_gone_leaves_no_state(world: World, endpoint: ResourceType) -> None:
    """Where the service removes the failed resource, there is nothing to keep."""
    world.arm.script["PUT", "/e"] = [Reply(201, {"properties": {"provisioningState": "Failed"}})]
    with pytest.raises(ArmError) as told:
        world.crud.create(endpoint, ENDPOINT, 0)
    assert not isinstance(told.value, PartialError)


def test_lost_answer_is_looked_up(world: World, endpoint: ResourceType, monkeypatch: pytest.MonkeyPatch) -> None:
    """When no answer to the PUT ever comes, what it made all the same is not forgotten."""
    monkeypatch.setattr("localazure.pulumi.arm.transport.ATTEMPTS", 1)
    world.arm.script["PUT", "/e"] = [Reply(drop=True, effect=True)]
    with pytest.raises(PartialError):
        world.crud.create(endpoint, ENDPOINT, 0)
    world.arm.resources.clear()
    world.arm.script["PUT", "/e"] = [Reply(drop=True)]
    with pytest.raises(UnreachableError):
        world.crud.create(endpoint, ENDPOINT, 0)


def test_cancelled_create_keeps_what_exists(world: World, endpoint: ResourceType) -> None:
    """Ctrl-C during a long operation: the state knows the half-made resource."""
    creating = {"properties": {"provisioningState": "Creating"}}
    slow = Reply(200, creating, {"Retry-After": "60"})
    world.arm.script["PUT", "/e"] = [Reply(201, creating, effect=True)]
    world.arm.script["GET", "/e"] = [Reply(404, {}), slow]
    threading.Timer(0.3, world.cancelled.set).start()
    with pytest.raises(PartialError, match="cancelled"):
        world.crud.create(endpoint, ENDPOINT, 0)


def test_update_puts_the_whole_body(world: World, endpoint: ResourceType) -> None:
    """PUT replaces, so everything is sent again, without looking first."""
    stored = world.crud.create(endpoint, ENDPOINT, 0)
    changed = {**ENDPOINT, "tags": {"a": "b"}}
    world.crud.update(endpoint, stored.resource_id, ENDPOINT, changed, 0)
    assert world.arm.sent("PUT")[-1][1] == {"location": "l", "tags": {"a": "b"}, "properties": {"authMode": "Key"}}


def test_removed_identity_goes_by_patch_with_null(world: World, endpoint: ResourceType) -> None:
    """Leaving it out of a PUT would keep it; the PATCH carries nothing but the identity."""
    first, second = "/subscriptions/S/a", "/subscriptions/S/b"

    def identity(*ids: str, **more: Any) -> dict[str, Any]:
        return {**ENDPOINT, "identity": {"type": "UserAssigned", "userAssignedIdentities": list(ids)}, **more}

    stored = world.crud.create(endpoint, identity(first, second), 0)
    world.arm.requests.clear()
    world.crud.update(endpoint, stored.resource_id, identity(first, second), identity(second.upper()), 0)
    assert world.arm.sent("PUT") == []
    patch = {"type": "UserAssigned", "userAssignedIdentities": {first: None, second.upper(): {}}}
    assert world.arm.sent("PATCH")[0][1] == {"identity": patch}
    world.crud.update(endpoint, stored.resource_id, identity(second), identity(tags={"a": "b"}), 0)
    assert world.arm.sent("PUT")[0][1]["tags"] == {"a": "b"}
    assert len(world.arm.sent("PATCH")) == 2


def test_lists_of_sub_resources_are_kept(world: World) -> None:
    """Access policies that the program does not declare survive an update; a create sends the empty list."""
    vault = world.kind("keyvault:Vault")
    stored = world.crud.create(vault, VAULT, 0)
    assert world.arm.sent("PUT")[0][1]["properties"]["accessPolicies"] == []
    world.arm.find("/v")["properties"]["accessPolicies"] = [{"objectId": "o"}]
    world.crud.update(vault, stored.resource_id, VAULT, {**VAULT, "tags": {"a": "b"}}, 0)
    assert world.arm.sent("PUT")[1][1]["properties"]["accessPolicies"] == [{"objectId": "o"}]


def test_refresh_carries_drift_and_sees_deletion(world: World, endpoint: ResourceType) -> None:
    """Traffic changed by hand shows in the inputs; a deleted resource is gone."""
    inputs = {**ENDPOINT, "properties": {"authMode": "Key", "traffic": {"blue": 100}}}
    stored = world.crud.create(endpoint, inputs, 0)
    world.arm.find("/e")["properties"]["traffic"] = {"blue": 90, "green": 10}
    fresh = world.crud.read(endpoint, stored.resource_id, stored.inputs, stored.outputs)
    assert fresh is not None
    assert fresh.inputs["properties"] == {"authMode": "Key", "traffic": {"blue": 90, "green": 10}}
    assert fresh.inputs["endpointName"] == "e"
    world.crud.delete(endpoint, stored.resource_id, 0)
    assert world.crud.read(endpoint, stored.resource_id, stored.inputs, stored.outputs) is None


def test_another_port_is_no_drift(world: World, endpoint: ResourceType) -> None:
    """The cloud was started again: what it says of its own address is read anew, and no input changes."""
    stored = world.crud.create(endpoint, ENDPOINT, 0)
    there = world.arm.find("/e")
    there["properties"]["description"] = f"{world.arm.endpoint}/discovery"
    outputs = {**stored.outputs, "properties": {**stored.outputs["properties"]}}
    outputs["properties"]["description"] = "https://127.0.0.1:1/discovery"
    fresh = world.crud.read(endpoint, stored.resource_id, stored.inputs, outputs)
    assert fresh is not None
    assert fresh.inputs == stored.inputs
    assert fresh.outputs["properties"]["description"] == f"{world.arm.endpoint}/discovery"
    there["properties"]["description"] = f"{world.arm.endpoint}/elsewhere"
    changed = world.crud.read(endpoint, stored.resource_id, stored.inputs, outputs)
    assert changed is not None
    assert changed.inputs["properties"]["description"] == f"{world.arm.endpoint}/elsewhere"


def test_import_reads_inputs_from_id_and_answer(world: World, endpoint: ResourceType) -> None:
    """Path arguments come from the id, the rest from the answer without what is read-only or empty."""
    stored = world.crud.create(endpoint, {**ENDPOINT, "tags": {}}, 0)
    found = world.crud.read(endpoint, stored.resource_id, None, {})
    assert found is not None
    assert found.inputs == {**ENDPOINT, "azureApiVersion": endpoint.api_version}


def test_function_reads_a_resource(world: World, endpoint: ResourceType) -> None:
    """`getOnlineEndpoint` gives the live traffic; one that is missing is an error with ARM's code."""
    world.crud.create(endpoint, {**ENDPOINT, "properties": {"authMode": "Key", "traffic": {"blue": 7}}}, 0)
    token = "azure-native:machinelearningservices:getOnlineEndpoint"
    arguments = {**IN_WS, "endpointName": "e"}
    assert world.invoker.invoke(token, arguments)["properties"]["traffic"] == {"blue": 7}
    with pytest.raises(ArmError, match="ResourceNotFound"):
        world.invoker.invoke(token, {**arguments, "endpointName": "other"})


def test_function_lists_keys_as_secrets(world: World) -> None:
    """By POST; OData options go into the query."""
    token = "azure-native:storage:listStorageAccountKeys"
    found = world.invoker.invoke(token, {"resourceGroupName": "g", "accountName": "a", "expand": "kerb"})
    assert found == {"keys": Secret([{"keyName": "key1", "value": "k1"}])}
    method, path, query, body = world.arm.requests[-1]
    assert (method, path.rsplit("/", 2)[-2:], body) == ("POST", ["a", "listKeys"], {})
    assert query["$expand"] == "kerb"


def test_function_tells_who_the_provider_is(world: World) -> None:
    """From the token's claims."""
    assert world.invoker.invoke("azure-native:authorization:getClientConfig", {}) == {
        "clientId": CLIENT,
        "objectId": OBJECT,
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
    }


@pytest.mark.parametrize("function", ["getNothing", "listNothing", "listComputeNothing"])
def test_unmapped_function_is_refused_by_name(world: World, function: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(UnknownTypeError, match="machinelearningservices"):
        world.invoker.invoke(f"azure-native:machinelearningservices:{function}", {})


def test_missing_arguments_are_named(world: World) -> None:
    """Before any request."""
    token = "azure-native:machinelearningservices:getOnlineEndpoint"
    assert [p.path for p in world.invoker.problems(token, {"endpointName": "e"})] == [
        ("resourceGroupName",),
        ("workspaceName",),
    ]
