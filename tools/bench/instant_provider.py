"""A provider that answers at once and knows nothing: the floor under a preview."""

from __future__ import annotations

import signal
import sys
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

# What the programs read of any function: a client's configuration, an endpoint's traffic, a deployment's capacity.
ANSWER = {
    "clientId": "",
    "objectId": "",
    "subscriptionId": "",
    "tenantId": "",
    "properties": {},
    "sku": {"name": "Default", "capacity": 1},
}


class Instant(provider_pb2_grpc.ResourceProviderServicer):
    """Every check passes, nothing differs, every invoke gives the same. It can preview and do no more."""

    def Handshake(self, request: Any, context: Any) -> Any:  # noqa: N802 (the protocol's names)
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        return plugin_pb2.PluginInfo(version="3.29.0")

    def CheckConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.DiffResponse()

    def Configure(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=True
        )

    def Check(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.CheckResponse(inputs=request.news)

    def Diff(self, request: Any, context: Any) -> Any:  # noqa: N802
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Invoke(self, request: Any, context: Any) -> Any:  # noqa: N802
        answer = provider_pb2.InvokeResponse()
        getattr(answer, "return").update(ANSWER)
        return answer

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        return empty_pb2.Empty()


def main() -> None:
    server = grpc.server(futures.ThreadPoolExecutor(32), options=[("grpc.max_receive_message_length", 400 << 20)])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Instant(), server)
    sys.stdout.write(f"{server.add_insecure_port('127.0.0.1:0')}\n")
    sys.stdout.flush()
    server.start()
    signal.signal(signal.SIGINT, lambda *_: server.stop(0))
    server.wait_for_termination()


if __name__ == "__main__":
    main()
