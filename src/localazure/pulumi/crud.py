"""Create, read, update, delete: the requests to ARM behind each, in the order of the vendor's plugin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from localazure.pulumi.arm.client import ArmClient
from localazure.pulumi.arm.loopback import moved
from localazure.pulumi.arm.transport import Deadline
from localazure.pulumi.drift import carry_drift
from localazure.pulumi.errors import AdapterError, ArmError, CancelledError, PartialError, UnreachableError
from localazure.pulumi.resource_type import ResourceType
from localazure.pulumi.rules.layout import ID_SETS, IN_DELETE_QUERY

DEFAULT_TIMEOUT_SECONDS = 7200.0
READ_BACK_SECONDS = 30.0
_STABLE_OUTPUTS = ("name", "location")


@dataclass(frozen=True, slots=True)
class Stored:
    """A resource as the engine is to remember it."""

    resource_id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


class Crud:
    """Lifecycle of resources against one ARM."""

    def __init__(self, client: ArmClient) -> None:
        self._client = client

    def create(self, kind: ResourceType, inputs: Mapping[str, Any], timeout: float) -> Stored:
        """PUT a resource that must not exist yet.

        Raises `AdapterError` where it exists, `ArmError` where ARM refuses, `PartialError` where it exists after a
        failure.
        """
        deadline = Deadline.after(timeout or DEFAULT_TIMEOUT_SECONDS)
        path = kind.resource_id(inputs, self._client.settings.subscription_id)
        if self._client.read(path, kind.api_version, deadline):
            raise AdapterError(f"cannot create already existing resource '{path}'; import it, or delete it first")
        body = kind.body(inputs)
        for place in kind.kept_lists():
            _set_default(body, place, [])
        return self._write("PUT", kind, path, inputs, body, deadline)

    def update(
        self,
        kind: ResourceType,
        resource_id: str,
        old_inputs: Mapping[str, Any],
        inputs: Mapping[str, Any],
        timeout: float,
    ) -> Stored:
        """PUT the whole resource again.

        User-assigned identities that go are removed by a PATCH with null first: a PUT without them would keep them.
        The PATCH carries the identity alone, as ARM's update models take little else, and is all where nothing else
        changed.
        """
        deadline = Deadline.after(timeout or DEFAULT_TIMEOUT_SECONDS)
        body, before = kind.body(inputs), kind.body(old_inputs)
        missing = [place for place in kind.kept_lists() if _find(body, place) is None]
        if missing:
            there = self._client.get(resource_id, kind.api_version, deadline)
            for place in missing:
                _set_default(body, place, _find(there, place) or [])
        patch = _identity_patch(before, body)
        if patch is not None:
            stored = self._write("PATCH", kind, resource_id, inputs, patch, deadline)
            if _without_identity(before) == _without_identity(body):
                return stored
        return self._write("PUT", kind, resource_id, inputs, body, deadline)

    def read(
        self,
        kind: ResourceType,
        resource_id: str,
        old_inputs: Mapping[str, Any] | None,
        old_outputs: Mapping[str, Any],
    ) -> Stored | None:
        """The resource as it is now, None where it is gone.

        With the inputs of the last run it is a refresh, which carries drift into them; without, an import.
        """
        body = self._client.read(resource_id, kind.api_version, Deadline.after(DEFAULT_TIMEOUT_SECONDS))
        if not body:
            return None
        outputs = kind.outputs_of(body)
        canonical = _id_of(body, resource_id)
        if old_inputs is None:
            return Stored(canonical, kind.imported_inputs(canonical, outputs), outputs)
        now = kind.inputs_of(outputs)
        for _, name in kind.kept_lists():
            if name not in old_inputs:
                now.pop(name, None)
        before = kind.inputs_of(moved(old_outputs, self._client.settings.endpoint))
        inputs = carry_drift(old_inputs, before, now)
        return Stored(resource_id, inputs, outputs)

    def delete(self, kind: ResourceType, resource_id: str, timeout: float) -> None:
        """DELETE and wait."""
        deadline = Deadline.after(timeout or DEFAULT_TIMEOUT_SECONDS)
        self._client.delete(resource_id, kind.api_version, deadline, IN_DELETE_QUERY.get(kind.key))

    def _write(
        self,
        method: str,
        kind: ResourceType,
        path: str,
        inputs: Mapping[str, Any],
        body: Mapping[str, Any],
        deadline: Deadline,
    ) -> Stored:
        began = False
        try:
            answer = self._client.begin_write(method, path, kind.api_version, body, deadline, kind.query(inputs))
            began = True
            self._client.finish_write(answer, path, kind.api_version, deadline)
            now = self._client.get(path, kind.api_version, deadline)
        except ArmError as error:
            if not began:
                raise
            raise self._partial(kind, path, inputs, error) from error
        except (UnreachableError, CancelledError) as error:
            raise self._partial(kind, path, inputs, error) from error
        return Stored(_id_of(now, path), dict(inputs), kind.outputs_of(now))

    def _partial(self, kind: ResourceType, path: str, inputs: Mapping[str, Any], error: AdapterError) -> AdapterError:
        """The failure together with what exists all the same; the failure alone where nothing does.

        After a cancellation or a lost connection nobody knows whether the write took effect, so it is looked up.
        """
        try:
            body = self._client.without_cancellation().read(path, kind.api_version, Deadline.after(READ_BACK_SECONDS))
        except AdapterError as unread:
            if isinstance(error, ArmError):
                return PartialError(f"{error}; its state could not be read: {unread}", path, dict(inputs), {})
            return error
        if not body:
            return error
        return PartialError(str(error), _id_of(body, path), dict(inputs), kind.outputs_of(body))


def previewed_update(kind: ResourceType, inputs: Mapping[str, Any], old_outputs: Mapping[str, Any]) -> dict[str, Any]:
    """The outputs that an update can promise: what the inputs say, and what no update changes."""
    outputs = kind.previewed(inputs)
    outputs.update({name: old_outputs[name] for name in _STABLE_OUTPUTS if name in old_outputs})
    return outputs


def _id_of(body: Mapping[str, Any], otherwise: str) -> str:
    found = body.get("id")
    return found if isinstance(found, str) and found.startswith("/") else otherwise


def _find(body: Any, place: tuple[str, ...]) -> Any:
    for name in place:
        body = body.get(name) if isinstance(body, Mapping) else None
    return body


def _set_default(body: dict[str, Any], place: tuple[str, ...], value: Any) -> None:
    for name in place[:-1]:
        body = body.setdefault(name, {})
    body.setdefault(place[-1], value)


def _identity_patch(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any] | None:
    """A PATCH body with null for each identity that goes; None where none does."""
    before, after = old.get("identity") or {}, new.get("identity") or {"type": "None"}
    patch = dict(after)
    for name in ID_SETS:
        kept = {key.lower() for key in after.get(name) or {}}
        gone = {key: None for key in before.get(name) or {} if key.lower() not in kept}
        if gone:
            patch[name] = {**(after.get(name) or {}), **gone}
    return {"identity": patch} if patch != dict(after) else None


def _without_identity(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "identity"}
