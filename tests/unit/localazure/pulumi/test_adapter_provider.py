"""The gRPC surface of the provider and the language host, over a real channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import (
    language_pb2,
    language_pb2_grpc,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)
from tests.unit.localazure.pulumi.fake_arm import FakeArm, fake_arm

from localazure.pulumi.answers import STATUS_KEY
from localazure.pulumi.language_host import PythonHost
from localazure.pulumi.provider import AzureNativeProvider
from localazure.pulumi.values import UNKNOWN, from_struct, to_struct

Stub = provider_pb2_grpc.ResourceProviderStub
ENDPOINT = (
    "urn:pulumi:s::p::azure-native:resources:ResourceGroup$azure-native:machinelearningservices:OnlineEndpoint::e"
)
INPUTS = {
    "resourceGroupName": "g",
    "workspaceName": "w",
    "endpointName": "e",
    "location": "l",
    "properties": {"authMode": "Key", "keys": {"primaryKey": "p"}},
}


def channel_to(register: Callable[[grpc.Server], None]) -> Iterator[grpc.Channel]:
    server = grpc.server(ThreadPoolExecutor(40))
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield channel
    server.stop(0).wait()


@pytest.fixture
def arm(tmp_path: Path) -> Iterator[FakeArm]:
    with fake_arm(tmp_path) as served:
        yield served


@pytest.fixture
def stub(arm: FakeArm, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name, value in arm.environment().items():
        monkeypatch.setenv(name, value)
    service = AzureNativeProvider()
    for channel in channel_to(lambda s: provider_pb2_grpc.add_ResourceProviderServicer_to_server(service, s)):
        provider = Stub(channel)
        provider.Configure(provider_pb2.ConfigureRequest())
        yield provider


def test_real_endpoint_is_refused(stub: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configured for Azure, the adapter ends with what to install instead."""
    monkeypatch.setenv("ARM_ENDPOINT", "https://management.azure.com")
    with pytest.raises(grpc.RpcError, match="install Pulumi's own azure-native plugin"):
        stub.Configure(provider_pb2.ConfigureRequest())


def test_check_gives_failures_with_paths(stub: Any) -> None:
    """The engine prints property and reason."""
    news = to_struct({**INPUTS, "properties": {"authMode": "Key", "traffics": {}}})
    failures = stub.Check(provider_pb2.CheckRequest(urn=ENDPOINT, news=news)).failures
    assert [(f.property, f.reason) for f in failures] == [
        ("properties.traffics", "unknown property 'traffics' of OnlineEndpointProperties; did you mean 'traffic'?")
    ]


def test_secrets_are_marked_in_check_and_create(stub: Any) -> None:
    """Endpoint keys reach the engine as secrets, whatever the program did."""
    checked = stub.Check(provider_pb2.CheckRequest(urn=ENDPOINT, news=to_struct(INPUTS)))
    keys = checked.inputs.fields["properties"].struct_value.fields["keys"].struct_value.fields
    assert "4dabf18193072939515e22adb298388d" in keys


def test_diff_has_paths_kinds_and_replacements(stub: Any) -> None:
    """Simple and detailed form agree."""
    new = {**INPUTS, "location": "elsewhere", "tags": {"a.b": "1"}}
    found = stub.Diff(provider_pb2.DiffRequest(urn=ENDPOINT, old_inputs=to_struct(INPUTS), news=to_struct(new)))
    assert list(found.diffs) == ["location", "tags"]
    assert list(found.replaces) == ["location"]
    assert found.deleteBeforeReplace
    assert {path: d.kind for path, d in found.detailedDiff.items()} == {
        "location": provider_pb2.PropertyDiff.UPDATE_REPLACE,
        "tags": provider_pb2.PropertyDiff.ADD,
    }
    same = stub.Diff(provider_pb2.DiffRequest(urn=ENDPOINT, old_inputs=to_struct(INPUTS), news=to_struct(INPUTS)))
    assert same.changes == provider_pb2.DiffResponse.DIFF_NONE


def test_preview_asks_nothing_of_arm(stub: Any, arm: FakeArm) -> None:
    """Neither creating nor updating sends a request; an update promises the name that it had."""
    unknown = to_struct({**INPUTS, "workspaceName": UNKNOWN})
    created = stub.Create(provider_pb2.CreateRequest(urn=ENDPOINT, properties=unknown, preview=True))
    assert from_struct(created.properties)["name"] is UNKNOWN
    updated = stub.Update(
        provider_pb2.UpdateRequest(urn=ENDPOINT, olds=to_struct({"name": "e"}), news=unknown, preview=True)
    )
    assert from_struct(updated.properties)["name"] == "e"
    assert arm.requests == []


def test_partial_failure_carries_the_state(stub: Any, arm: FakeArm) -> None:
    """As the detail that the engine looks for: id, properties, reasons."""
    arm.failing["/e"] = {"code": "Boom", "message": "why"}
    with pytest.raises(grpc.RpcError) as told:
        stub.Create(provider_pb2.CreateRequest(urn=ENDPOINT, properties=to_struct(INPUTS)))
    metadata = dict(told.value.trailing_metadata())
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status_pb2.Status.FromString(metadata[STATUS_KEY]).details[0].Unpack(detail)
    assert detail.id.endswith("/onlineEndpoints/e")
    assert "Boom" in detail.reasons[0]
    assert from_struct(detail.properties)["name"] == "e"


def test_lifecycle(stub: Any, arm: FakeArm) -> None:
    """Create, refresh, update, invoke, delete, read of what is gone."""
    created = stub.Create(provider_pb2.CreateRequest(urn=ENDPOINT, properties=to_struct(INPUTS)))
    read = stub.Read(
        provider_pb2.ReadRequest(id=created.id, urn=ENDPOINT, properties=created.properties, inputs=to_struct(INPUTS))
    )
    assert from_struct(read.inputs) == INPUTS
    changed = to_struct({**INPUTS, "tags": {"a": "b"}})
    stub.Update(provider_pb2.UpdateRequest(id=created.id, urn=ENDPOINT, old_inputs=to_struct(INPUTS), news=changed))
    assert arm.find("/e")["tags"] == {"a": "b"}
    arguments = to_struct({k: INPUTS[k] for k in ("resourceGroupName", "workspaceName", "endpointName")})
    token = "azure-native:machinelearningservices:getOnlineEndpoint"
    answer = stub.Invoke(provider_pb2.InvokeRequest(tok=token, args=arguments))
    assert from_struct(getattr(answer, "return"))["name"] == "e"
    stub.Delete(provider_pb2.DeleteRequest(id=created.id, urn=ENDPOINT))
    assert stub.Read(provider_pb2.ReadRequest(id=created.id, urn=ENDPOINT)).id == ""


def test_group_location_is_read_once(stub: Any, arm: FakeArm) -> None:
    """Auto-location costs one request for each group."""
    group = "urn:pulumi:s::p::azure-native:resources:ResourceGroup::g"
    inputs = to_struct({"resourceGroupName": "g", "location": "westeurope"})
    stub.Create(provider_pb2.CreateRequest(urn=group, properties=inputs))
    news = to_struct({k: v for k, v in INPUTS.items() if k != "location"})
    before = len(arm.requests)
    for _ in range(2):
        checked = stub.Check(provider_pb2.CheckRequest(urn=ENDPOINT, news=news))
        assert from_struct(checked.inputs)["location"] == "westeurope"
    assert len(arm.requests) == before + 1


@pytest.mark.parametrize("method", ["GetSchema", "Parameterize", "Construct", "Call"])
def test_what_is_missing_says_so(stub: Any, method: str) -> None:
    """Unimplemented, with words."""
    request = {
        "GetSchema": provider_pb2.GetSchemaRequest,
        "Parameterize": provider_pb2.ParameterizeRequest,
        "Construct": provider_pb2.ConstructRequest,
        "Call": provider_pb2.CallRequest,
    }[method]()
    with pytest.raises(grpc.RpcError, match="the local azure-native adapter has no") as told:
        getattr(stub, method)(request)
    assert told.value.code() == grpc.StatusCode.UNIMPLEMENTED


def test_unknown_type_is_refused_by_name(stub: Any) -> None:
    """In Check, so that a preview shows it."""
    urn = "urn:pulumi:s::p::azure-native:cdn:Profile::x"
    with pytest.raises(grpc.RpcError, match="'azure-native:cdn:Profile' is not mapped"):
        stub.Check(provider_pb2.CheckRequest(urn=urn))


def test_cancel_ends_running_operations(stub: Any, arm: FakeArm) -> None:
    """After Cancel nothing is begun any more."""
    stub.Cancel(empty_pb2.Empty())
    with pytest.raises(grpc.RpcError, match="cancelled by the engine"):
        stub.Create(provider_pb2.CreateRequest(urn=ENDPOINT, properties=to_struct(INPUTS)))
    assert arm.resources == {}


def test_host_answers_what_the_cli_asks() -> None:
    """Nothing is required or installed; what it depends on is listed; plugins in Python are refused with words."""
    for channel in channel_to(lambda s: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(PythonHost(""), s)):
        host: Any = language_pb2_grpc.LanguageRuntimeStub(channel)
        assert not host.GetRequiredPackages(language_pb2.GetRequiredPackagesRequest()).packages
        assert not host.GetRequiredPlugins(language_pb2.GetRequiredPluginsRequest()).plugins
        assert host.About(language_pb2.AboutRequest()).executable
        found = host.GetProgramDependencies(language_pb2.GetProgramDependenciesRequest()).dependencies
        assert "pulumi" in [dependency.name for dependency in found]
        assert (
            b"Nothing to install"
            in next(iter(host.InstallDependencies(language_pb2.InstallDependenciesRequest()))).stdout
        )
        with pytest.raises(grpc.RpcError, match="policy packs"):
            list(host.RunPlugin(language_pb2.RunPluginRequest()))
