"""The process in which programs run without a cloud: `python -P -m amlops.workflows.plan.declaring`.

Reads `{"root", "project", "stacks": {name: subscription}}` from standard input and writes, for each stack,
`{"resources": [{"urn", "inputs"}]}` or `{"error", "bad_input"}`. Pulumi's own mocks stand in for engine and provider: a
create gives an id, and what is asked of the cloud isn't there. It is a process of its own since Pulumi keeps its
settings in globals and the programs want `infra/` first on the path.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import runpy
import sys
from pathlib import Path
from typing import Any

import pulumi
from pulumi.runtime import mocks

from amlops.stacks.arm_ids import arm_id

NOBODY = "00000000-0000-4000-8000-00000000000b"
"""The tenant, and whoever runs it, where the environment's file names none."""
_STACK = "pulumi:pulumi:Stack"
_KEPT = 50
"""Stacks after which what their programs left is collected."""


class Nothing(mocks.Mocks):
    """A cloud with nothing in it, in which each create succeeds."""

    def __init__(self, subscription: str) -> None:
        self.subscription = subscription

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        found = arm_id(args.typ, args.inputs, self.subscription)
        group = args.inputs.get("resourceGroupName", args.name)
        id = found[0] if found else f"/subscriptions/{self.subscription}/resourceGroups/{group}/providers/{args.name}"
        outputs = {"properties": {}, **args.inputs, "name": id.rpartition("/")[2], "principalId": NOBODY}
        identity = outputs.get("identity")
        if isinstance(identity, dict) and identity.get("userAssignedIdentities"):
            # what goes in as a list comes out as a map
            own: dict[str, Any] = {one: {} for one in identity["userAssignedIdentities"]}
            outputs["identity"] = {**identity, "userAssignedIdentities": own}
        return id, outputs

    def call(self, args: mocks.MockCallArgs) -> Any:
        if args.token == "azure-native:authorization:getClientConfig":  # noqa: S105  a function's name
            return {"subscriptionId": self.subscription, "tenantId": NOBODY, "clientId": NOBODY, "objectId": NOBODY}
        return {}, [("name", "(ResourceNotFound) status 404")]


class Monitor(mocks.MockMonitor):
    """Notes each resource with its URN, as the engine makes it, and its inputs."""

    def __init__(self, cloud: Nothing, stack: str, project: str) -> None:
        super().__init__(cloud)
        self.prefix = f"urn:pulumi:{stack}::{project}"
        self.declared: list[dict[str, Any]] = []

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """Pulumi's own asks the thread for the stack's name, and threads of the mocks don't know it."""
        above = parent.split("::")[2] if parent else ""
        types = type_ if above in ("", _STACK) else f"{above}${type_}"
        return f"{self.prefix}::{types}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  Pulumi's name
        answer = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.custom:
            inputs = pulumi.runtime.rpc.deserialize_properties(request.object)
            self.declared.append({"urn": answer.urn, "inputs": inputs})
        return answer


def declare(root: Path, project: str, stack: str, subscription: str) -> dict[str, Any]:
    cloud = Nothing(subscription)
    monitor = Monitor(cloud, stack, project)
    mocks.set_mocks(cloud, project=project, stack=stack, preview=False, monitor=monitor)
    program = root / "infra" / "__main__.py"
    try:
        pulumi.runtime.test(lambda: _run(program))()  # type: ignore[no-untyped-call]
    except Exception as error:  # noqa: BLE001  a program may raise anything; it is told with its stack
        bad_input = isinstance(error, pulumi.RunError)
        said = str(error) if bad_input else f"{type(error).__name__}: {error}"
        return {"error": said, "bad_input": bad_input}
    return {"resources": sorted(monitor.declared, key=lambda one: str(one["urn"]))}


def _run(program: Path) -> None:
    runpy.run_path(str(program), run_name="__main__")


def main() -> None:
    asked = json.load(sys.stdin)
    root = Path(asked["root"])
    sys.path.insert(0, str(root / "infra"))
    asyncio.set_event_loop(asyncio.new_event_loop())
    found: dict[str, Any] = {}
    with contextlib.redirect_stdout(sys.stderr):
        for number, (stack, subscription) in enumerate(asked["stacks"].items(), 1):
            found[stack] = declare(root, asked["project"], stack, subscription)
            if number % _KEPT == 0:
                gc.collect()
    json.dump(found, sys.stdout, default=str)


if __name__ == "__main__":
    main()
