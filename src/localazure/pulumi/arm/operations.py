"""Long-running operations: which address to ask, how often, and when the operation is over.

Source: ARM resource provider contract, "Asynchronous operations".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localazure.pulumi.arm.transport import Answer
from localazure.pulumi.errors import ArmError

POLL_SECONDS = 1.0
_SUCCEEDED = frozenset({"succeeded"})
_ENDED_BADLY = frozenset({"failed", "canceled", "cancelled"})


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation under way. `url` is polled; `by_status`: its body's `status` decides, else its HTTP code."""

    url: str
    by_status: bool


def started(answer: Answer) -> Operation | None:
    """The operation that an answer to PUT, PATCH, POST or DELETE announces, or None where it is done already."""
    asynchronous = answer.header("Azure-AsyncOperation") or answer.header("Operation-Location")
    if asynchronous:
        return Operation(asynchronous, by_status=True)
    location = answer.header("Location")
    if location and answer.status in (201, 202) and (answer.status == 202 or _state(answer.body) not in _SUCCEEDED):
        return Operation(location, by_status=False)
    return None


def provisioning(answer: Answer) -> bool:
    """Whether the body says that the resource is still being made."""
    state = _state(answer.body)
    return bool(state) and state not in _SUCCEEDED and state not in _ENDED_BADLY


def finished(operation: Operation, answer: Answer) -> bool:
    """Whether a poll's answer ends the operation well. Raises `ArmError` where it ended badly or the poll failed."""
    if answer.status >= 400:
        raise answer.error()
    if answer.status == 202:
        return False
    state = _status(answer.body) if operation.by_status else _state(answer.body)
    if state in _ENDED_BADLY:
        raise failure(answer, state)
    return state in _SUCCEEDED if operation.by_status or state else True


def check_provisioning(answer: Answer) -> None:
    """Raises `ArmError` where the resource's own state says that making it failed."""
    state = _state(answer.body)
    if state in _ENDED_BADLY:
        raise failure(answer, state)


def failure(answer: Answer, state: str) -> ArmError:
    """A failed operation as an error, with the code and message that the service gives."""
    found = answer.error()
    body = answer.body if isinstance(answer.body, Mapping) else {}
    nested = body.get("properties")
    if "error" not in body and isinstance(nested, Mapping) and isinstance(nested.get("error"), Mapping):
        return Answer(answer.status, answer.headers, {"error": nested["error"]}).error()
    if "error" not in body:
        return ArmError(answer.status, f"Operation{state.capitalize()}", "the service gives no reason")
    return found


def _status(body: Any) -> str:
    return str(body.get("status", "")).lower() if isinstance(body, Mapping) else ""


def _state(body: Any) -> str:
    properties = body.get("properties") if isinstance(body, Mapping) else None
    state = properties.get("provisioningState", "") if isinstance(properties, Mapping) else ""
    return str(state).lower() if isinstance(state, str) else ""
