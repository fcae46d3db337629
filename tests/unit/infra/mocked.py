"""Runs a program under Pulumi's mocks and gives what it declared."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi.runtime import mocks

SUBSCRIPTION, TENANT = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"

_NAMES = (
    "resourceGroupName",
    "workspaceName",
    "accountName",
    "registryName",
    "vaultName",
    "resourceName",
    "computeName",
    "endpointName",
    "deploymentName",
    "roleAssignmentName",
    "privateEndpointName",
    "autoscaleSettingName",
)


@dataclass(frozen=True, slots=True)
class Declared:
    """One resource: its type, its logical name, its inputs in wire names."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    protect: bool = False


@dataclass
class Azure(mocks.Mocks):
    """Answers every create with an id made of its names, and invokes from `live` (absent: not found)."""

    live: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    declared: list[Declared] = field(default_factory=list)
    protected: set[tuple[str, str]] = field(default_factory=set)

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str, dict[str, Any]]:
        if args.typ.startswith("azure-native:"):
            self.declared.append(Declared(args.typ, args.name, args.inputs, (args.typ, args.name) in self.protected))
        own = [args.inputs[key] for key in _NAMES if key in args.inputs]
        outputs = {**args.inputs, "name": own[-1] if own else args.name, "principalId": f"principal-{args.name}"}
        identity = outputs.get("identity")
        if identity and "userAssignedIdentities" in identity:
            ids: dict[str, Any] = {id: {} for id in identity["userAssignedIdentities"]}
            outputs["identity"] = {**identity, "userAssignedIdentities": ids}
        return f"/azure/{'/'.join(map(str, own))}", outputs

    def call(self, args: mocks.MockCallArgs) -> Any:
        if args.token == "azure-native:authorization:getClientConfig":
            return {"subscriptionId": SUBSCRIPTION, "tenantId": TENANT, "clientId": "c", "objectId": "o"}
        names = ("deploymentName", "endpointName", "roleAssignmentName", "resourceName")
        found = self.live.get(next((str(args.args[name]) for name in names if args.args.get(name)), ""))
        if found is None:
            return {}, [("endpointName", "(ResourceNotFound) status 404")]
        if "fail" in found:
            return {}, [("endpointName", str(found["fail"]))]
        return found


class Monitor(mocks.MockMonitor):
    """Pulumi's mock monitor, which tells the mocks nothing of protection and opens a loop in each thread."""

    mocks: Azure

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  Pulumi's name
        if request.protect:
            self.mocks.protected.add((request.type, request.name))
        with _loop_of_thread():
            return super().RegisterResource(request)  # type: ignore[no-untyped-call]

    def Invoke(self, request: Any) -> Any:  # noqa: N802  Pulumi's name
        with _loop_of_thread():
            return super().Invoke(request)  # type: ignore[no-untyped-call]


@contextmanager
def _loop_of_thread() -> Iterator[None]:
    """Gives this thread a loop and closes it, unless it is the thread of the program, which has one."""
    if threading.current_thread() is threading.main_thread():
        yield
        return
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        yield
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def declare(program: Callable[[], None], stack: str, live: Mapping[str, Mapping[str, Any]] | None = None) -> Azure:
    """What `program` declares as `stack`. Raises what the program raises."""
    azure = Azure(live or {})
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        mocks.set_mocks(azure, project="azureml", stack=stack, preview=False, monitor=Monitor(azure))
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    finally:
        asyncio.set_event_loop(None)
        loop.close()
    return azure
