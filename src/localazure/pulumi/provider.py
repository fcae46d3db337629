"""The gRPC service `ResourceProvider` of azure-native: decodes, asks the parts, encodes.

Source: Pulumi's provider protocol (the comments of provider.proto).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from functools import wraps
from typing import Any, NoReturn, TypeVar

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from localazure.pulumi.answers import abort, unimplemented
from localazure.pulumi.arm.client import ArmClient
from localazure.pulumi.arm.credential import Credential
from localazure.pulumi.arm.settings import Settings, read_settings
from localazure.pulumi.arm.transport import Deadline, Transport
from localazure.pulumi.check import Request, check
from localazure.pulumi.crud import Crud, Stored, previewed_update
from localazure.pulumi.diff import Change, Difference, diff
from localazure.pulumi.errors import ArmError, SettingsError
from localazure.pulumi.invoke import Invoker
from localazure.pulumi.marking import mark_secrets
from localazure.pulumi.naming import Mode, Proposal
from localazure.pulumi.property_path import format_path
from localazure.pulumi.resource_type import Catalog, ResourceType
from localazure.pulumi.sdk.package import sdk_version
from localazure.pulumi.serving import serve
from localazure.pulumi.validate import Problem
from localazure.pulumi.values import from_struct, to_struct

WORKERS = 64
GROUP_TOKEN = "azure-native:resources:ResourceGroup"  # noqa: S105 a type's token is no password
GROUP_SECONDS = 60.0
FORBIDDEN = 403

_Answer = TypeVar("_Answer")
_KINDS = {
    (Change.ADD, False): provider_pb2.PropertyDiff.ADD,
    (Change.ADD, True): provider_pb2.PropertyDiff.ADD_REPLACE,
    (Change.DELETE, False): provider_pb2.PropertyDiff.DELETE,
    (Change.DELETE, True): provider_pb2.PropertyDiff.DELETE_REPLACE,
    (Change.UPDATE, False): provider_pb2.PropertyDiff.UPDATE,
    (Change.UPDATE, True): provider_pb2.PropertyDiff.UPDATE_REPLACE,
}


def serve_provider() -> NoReturn:
    """Serve the provider until the engine ends it."""
    service = AzureNativeProvider()
    serve(lambda s: provider_pb2_grpc.add_ResourceProviderServicer_to_server(service, s), workers=WORKERS)


def _answering(
    method: Callable[[Any, Any, grpc.ServicerContext], _Answer],
) -> Callable[[Any, Any, grpc.ServicerContext], _Answer]:
    """Every failure of a method becomes a status that the engine shows to the user."""

    @wraps(method)
    def answered(self: Any, request: Any, context: grpc.ServicerContext) -> _Answer:
        try:
            return method(self, request, context)
        except Exception as error:  # noqa: BLE001 the engine must get an answer, whatever happened
            abort(context, error)

    return answered


class Session:
    """What exists once the engine has configured the provider."""

    def __init__(self, settings: Settings, catalog: Catalog, cancelled: threading.Event) -> None:
        transport = Transport.trusting(settings.ca_file, cancelled)
        credential = Credential(settings, transport)
        self.settings = settings
        self.client = ArmClient(settings, transport, credential)
        self.crud = Crud(self.client)
        self.invoker = Invoker(catalog, self.client, credential, settings)
        self._group = catalog.type(GROUP_TOKEN)
        self._locations: dict[str, str] = {}

    def group_location(self, name: str) -> str | None:
        """The location of a resource group, None where there is no such group or this identity may not read it.

        Without one ARM itself says that the location is missing, as with the vendor's plugin.
        """
        if name not in self._locations:
            path = self._group.resource_id({"resourceGroupName": name}, self.settings.subscription_id)
            try:
                body = self.client.read(path, self._group.api_version, Deadline.after(GROUP_SECONDS))
            except ArmError as error:
                if error.status == FORBIDDEN:
                    return None
                raise
            if not body or not isinstance(body.get("location"), str):
                return None
            self._locations[name] = body["location"]
        return self._locations[name]


class AzureNativeProvider(provider_pb2_grpc.ResourceProviderServicer):
    """One method for each call of the protocol."""

    def __init__(self) -> None:
        self._catalog = Catalog()
        self._cancelled = threading.Event()
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        if self._session is None:
            raise SettingsError("the engine has not configured the provider yet")
        return self._session

    @_answering
    def Handshake(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ProviderHandshakeResponse:  # noqa: N802
        return provider_pb2.ProviderHandshakeResponse(supports_autonaming_configuration=True)

    @_answering
    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:  # noqa: N802
        return plugin_pb2.PluginInfo(version=sdk_version())

    def Attach(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()

    def GetSchema(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        unimplemented(context, "schema; install Pulumi's own azure-native plugin for code generation and YAML programs")

    def Parameterize(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        unimplemented(context, "parameterization; it knows the default API versions only")

    def Construct(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        unimplemented(context, "component resources (Construct)")

    def Call(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        unimplemented(context, "resource methods (Call)")

    def StreamInvoke(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        unimplemented(context, "streaming functions (StreamInvoke)")

    def GetMapping(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.GetMappingResponse:  # noqa: N802
        return provider_pb2.GetMappingResponse()

    def GetMappings(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.GetMappingsResponse:  # noqa: N802
        return provider_pb2.GetMappingsResponse()

    @_answering
    def CheckConfig(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    @_answering
    def DiffConfig(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:  # noqa: N802
        return provider_pb2.DiffResponse()

    @_answering
    def Configure(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ConfigureResponse:  # noqa: N802
        settings = read_settings(request.variables, os.environ)
        self._session = Session(settings, self._catalog, self._cancelled)
        return provider_pb2.ConfigureResponse(supportsPreview=True, supports_autonaming_configuration=True)

    @_answering
    def Check(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CheckResponse:  # noqa: N802
        kind = self._kind(request.urn)
        wanted = Request(
            logical_name=request.urn.rsplit("::", 1)[-1],
            olds=from_struct(request.olds),
            news=from_struct(request.news),
            seed=request.randomSeed,
            proposal=_proposal(request),
        )
        checked = check(
            kind, wanted, location=self.session.settings.location, group_location=self.session.group_location
        )
        return provider_pb2.CheckResponse(
            inputs=to_struct(mark_secrets(kind, checked.inputs)),
            failures=[_failure(problem) for problem in checked.problems],
        )

    @_answering
    def Diff(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.DiffResponse:  # noqa: N802
        kind = self._kind(request.urn)
        found = diff(kind, from_struct(request.old_inputs), from_struct(request.olds), from_struct(request.news))
        return _difference(found)

    @_answering
    def Create(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.CreateResponse:  # noqa: N802
        kind = self._kind(request.urn)
        inputs = from_struct(request.properties)
        if request.preview:
            outputs = mark_secrets(kind, kind.previewed(inputs))
            return provider_pb2.CreateResponse(properties=to_struct(outputs))
        stored = self.session.crud.create(kind, inputs, request.timeout)
        return provider_pb2.CreateResponse(id=stored.resource_id, properties=_outputs(kind, stored))

    @_answering
    def Read(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.ReadResponse:  # noqa: N802
        kind = self._kind(request.urn)
        inputs = from_struct(request.inputs) if request.HasField("inputs") and request.inputs.fields else None
        stored = self.session.crud.read(kind, request.id, inputs, from_struct(request.properties))
        if stored is None:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(
            id=stored.resource_id,
            properties=_outputs(kind, stored),
            inputs=to_struct(mark_secrets(kind, stored.inputs)),
        )

    @_answering
    def Update(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.UpdateResponse:  # noqa: N802
        kind = self._kind(request.urn)
        inputs = from_struct(request.news)
        if request.preview:
            outputs = previewed_update(kind, inputs, from_struct(request.olds))
            return provider_pb2.UpdateResponse(properties=to_struct(mark_secrets(kind, outputs)))
        stored = self.session.crud.update(kind, request.id, from_struct(request.old_inputs), inputs, request.timeout)
        return provider_pb2.UpdateResponse(properties=_outputs(kind, stored))

    @_answering
    def Delete(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        self.session.crud.delete(self._kind(request.urn), request.id, request.timeout)
        return empty_pb2.Empty()

    @_answering
    def Invoke(self, request: Any, context: grpc.ServicerContext) -> provider_pb2.InvokeResponse:  # noqa: N802
        arguments = from_struct(request.args)
        failures = [
            provider_pb2.CheckFailure(property=format_path(problem.path), reason=problem.reason)
            for problem in self.session.invoker.problems(request.tok, arguments)
        ]
        if failures:
            return provider_pb2.InvokeResponse(failures=failures)
        answer = provider_pb2.InvokeResponse()
        getattr(answer, "return").CopyFrom(to_struct(self.session.invoker.invoke(request.tok, arguments)))
        return answer

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        self._cancelled.set()
        return empty_pb2.Empty()

    def _kind(self, urn: str) -> ResourceType:
        return self._catalog.type(urn.split("::")[2].rsplit("$", 1)[-1])


def _outputs(kind: ResourceType, stored: Stored) -> Any:
    return to_struct(mark_secrets(kind, stored.outputs))


def _proposal(request: Any) -> Proposal | None:
    if not request.HasField("autonaming"):
        return None
    return Proposal(request.autonaming.proposed_name, Mode(request.autonaming.mode))


def _failure(problem: Problem) -> provider_pb2.CheckFailure:
    return provider_pb2.CheckFailure(property=format_path(problem.path), reason=problem.reason)


def _difference(found: Difference) -> provider_pb2.DiffResponse:
    if not found.changes:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE, hasDetailedDiff=True)
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME,
        diffs=sorted({change.top for change in found.changes}),
        replaces=list(found.replaces),
        deleteBeforeReplace=found.delete_first,
        detailedDiff={
            format_path(change.path): provider_pb2.PropertyDiff(
                kind=_KINDS[change.change, change.replaces], inputDiff=True
            )
            for change in found.changes
        },
        hasDetailedDiff=True,
    )
