"""The gRPC service `LanguageRuntime` for Python, for machines that have Pulumi's CLI from its Go module only.

It runs the program in its own process and interpreter; options such as a virtual environment in Pulumi.yaml are for
Pulumi's own host. Source: Pulumi's language protocol (the comments of language.proto).
"""

from __future__ import annotations

import importlib.metadata
import platform
import sys
from collections.abc import Iterator
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from localazure.pulumi.lean import make_room_for_sdk
from localazure.pulumi.outcome import Program
from localazure.pulumi.serving import serve

WORKERS = 8


def serve_host(arguments: list[str]) -> NoReturn:
    """Serve until the engine ends it; the engine's address is the last argument."""
    addresses = [argument for argument in arguments if not argument.startswith("-")]
    service = PythonHost(addresses[-1] if addresses else "")
    serve(lambda s: language_pb2_grpc.add_LanguageRuntimeServicer_to_server(service, s), workers=WORKERS)


class PythonHost(language_pb2_grpc.LanguageRuntimeServicer):
    """One method for each call of the protocol. Plugins need no download, so nothing is ever required."""

    def __init__(self, engine: str) -> None:
        self._engine = engine

    def Handshake(self, request: Any, context: grpc.ServicerContext) -> language_pb2.LanguageHandshakeResponse:  # noqa: N802
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:  # noqa: N802
        return plugin_pb2.PluginInfo(version=importlib.metadata.version("pulumi"))

    def About(self, request: Any, context: grpc.ServicerContext) -> language_pb2.AboutResponse:  # noqa: N802
        return language_pb2.AboutResponse(executable=sys.executable, version=platform.python_version())

    def GetRequiredPlugins(self, request: Any, context: Any) -> language_pb2.GetRequiredPluginsResponse:  # noqa: N802
        return language_pb2.GetRequiredPluginsResponse()

    def GetRequiredPackages(self, request: Any, context: Any) -> language_pb2.GetRequiredPackagesResponse:  # noqa: N802
        return language_pb2.GetRequiredPackagesResponse()

    def GetProgramDependencies(self, request: Any, context: Any) -> language_pb2.GetProgramDependenciesResponse:  # noqa: N802
        found = sorted(
            (distribution.metadata["Name"], distribution.version)
            for distribution in importlib.metadata.distributions()
            if request.transitiveDependencies or distribution.metadata["Name"].lower().startswith("pulumi")
        )
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=name, version=version) for name, version in found]
        )

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[language_pb2.InstallDependenciesResponse]:  # noqa: N802
        text = f"Nothing to install: programs run in {sys.prefix}, which `make up` fills from the locks.\n"
        yield language_pb2.InstallDependenciesResponse(stdout=text.encode())

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> language_pb2.RuntimeOptionsResponse:  # noqa: N802
        return language_pb2.RuntimeOptionsResponse()

    def Run(self, request: Any, context: grpc.ServicerContext) -> language_pb2.RunResponse:  # noqa: N802
        make_room_for_sdk()
        from localazure.pulumi.program import run_program

        outcome = run_program(
            Program(
                folder=request.info.program_directory or request.pwd,
                entry=request.info.entry_point or request.program,
                working_folder=request.pwd or request.info.program_directory,
                arguments=tuple(request.args),
                project=request.project,
                stack=request.stack,
                organization=request.organization or "organization",
                config=dict(request.config),
                secret_keys=tuple(request.configSecretKeys),
                monitor=request.monitor_address,
                engine=self._engine,
                parallel=request.parallel,
                dry_run=request.dryRun,
            )
        )
        return language_pb2.RunResponse(error=outcome.error, bail=outcome.bail)

    def RunPlugin(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        context.abort(
            grpc.StatusCode.UNIMPLEMENTED,
            "the thin Python host runs programs only; install Pulumi's own Python language host for policy packs and "
            "plugins written in Python",
        )

    def Cancel(self, request: Any, context: grpc.ServicerContext) -> empty_pb2.Empty:  # noqa: N802
        return empty_pb2.Empty()
