"""Failures as gRPC statuses in the form that Pulumi's engine reads."""

from __future__ import annotations

import sys
import traceback
from typing import NoReturn

import grpc
from google.protobuf import any_pb2
from pulumi.runtime.proto import provider_pb2, status_pb2

from localazure.pulumi.errors import AdapterError, PartialError
from localazure.pulumi.values import to_struct

STATUS_KEY = "grpc-status-details-bin"


def abort(context: grpc.ServicerContext, error: Exception) -> NoReturn:
    """End the call with the failure's message; a partial failure carries the resource's state with it."""
    if isinstance(error, PartialError):
        context.set_trailing_metadata(((STATUS_KEY, _partial(error).SerializeToString()),))
        context.abort(grpc.StatusCode.UNKNOWN, str(error))
    if isinstance(error, AdapterError):
        context.abort(grpc.StatusCode.UNKNOWN, str(error))
    sys.stderr.write(traceback.format_exc())
    context.abort(grpc.StatusCode.INTERNAL, f"the local azure-native adapter failed: {type(error).__name__}: {error}")


def unimplemented(context: grpc.ServicerContext, what: str) -> NoReturn:
    """End the call: the adapter does not have this, and says so."""
    context.abort(grpc.StatusCode.UNIMPLEMENTED, f"the local azure-native adapter has no {what}")


def _partial(error: PartialError) -> status_pb2.Status:
    detail = provider_pb2.ErrorResourceInitFailed(
        id=error.resource_id,
        properties=to_struct(error.properties),
        inputs=to_struct(error.inputs),
        reasons=[str(error)],
    )
    packed = any_pb2.Any()
    packed.Pack(detail)
    return status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=str(error), details=[packed])
