"""What an interrupted run left: asked of ARM, resolved by Pulumi's own commands, never by editing the state.

A resource is taken over only if its tags say that this stack made it. Three things can be left: Pulumi's lock, creates
that the state has as pending, and resources in the cloud that the state knows nothing of. Pending creates are cleared
and then imported like the others: `pulumi refresh --import-pending-creates` of 3.259 only marks the operation as
`importing`, which the engine then drops (seen, and read in its sources).
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from amlops.azure import Azure
from amlops.config import LOCAL
from amlops.errors import AmlopsError

from .arm_ids import UNTAGGED, arm_id, kind
from .engine import Engine, Result, StackFailed
from .events import Change, short
from .names import StackName
from .refusals import Why, why
from .stale_lock import clear_stale_lock, is_locked

PATIENCE = 1800.0
"""Seconds to wait for an operation that an earlier run began; a deployment may take that long in Azure."""

_FINAL = ("succeeded", "failed", "canceled", "")
_DISPOSABLE = ("machinelearningservices:OnlineDeployment",)
"""What holds no data: where its create failed, it is deleted and made again, as nothing but a new create mends it."""


def up(engine: Engine, azure: Azure, stack: StackName) -> Result:
    """`Engine.up`, around an interrupted run; call `prepare` before. Raises StackFailed and AmlopsError."""
    try:
        return engine.up(stack)
    except StackFailed as error:
        if why(error) is not Why.EXISTS:
            raise
        engine.progress.line(f"{stack}: an earlier run made resources that the state does not know; taking them over")
        if not adopt(engine, azure, stack):
            raise
    return engine.up(stack)


def prepare(engine: Engine, azure: Azure, stack: StackName, *, patience: float | None = None) -> dict[str, Any]:
    """Removes a dead run's lock and resolves its pending operations. Gives the stack's state.

    `patience` is that of `clear_stale_lock`. Raises AmlopsError where the state is of another local
    Azure than the one that runs.
    """
    clear_stale_lock(engine, azure, stack, patience=patience)
    state = engine.export(stack)
    _check_cloud(azure, stack, state)
    pending = list(state.get("pending_operations") or [])
    if pending:
        engine.progress.line(f"{stack}: resolving {len(pending)} operations of a run that was interrupted")
        engine.refresh(stack, clear_pending=True)
        adopt(engine, azure, stack)
        state = engine.export(stack)
    return state


def is_settled(engine: Engine, azure: Azure, stack: StackName) -> bool:
    """Whether no earlier run left anything to `prepare`. Raises AmlopsError as that does."""
    state = engine.export(stack)
    _check_cloud(azure, stack, state)
    return not state.get("pending_operations") and not is_locked(engine, azure, stack)


def _check_cloud(azure: Azure, stack: StackName, state: Mapping[str, Any]) -> None:
    """Pulumi would not notice: it compares git with its state, and asks the cloud for nothing.

    Only the environment `local` has another subscription with every new local Azure.
    """
    mine = f"/subscriptions/{azure.subscription}/".lower()
    for resource in state.get("resources") or ():
        id = str(resource.get("id") or "").lower()
        if stack.environment == LOCAL and id.startswith("/subscriptions/") and not f"{id}/".startswith(mine):
            raise AmlopsError(f"the state of {stack} is of another local Azure; run `amlops local reset`", exit_code=3)


def adopt(engine: Engine, azure: Azure, stack: StackName) -> int:
    """Imports what a preview would create although it exists and is this stack's. Gives how many."""
    plan = {change.urn: change for change in engine.preview(stack).changes if change.operation == "create"}
    ids = {}
    for change in plan.values():
        if change.type.startswith("azure-native:"):
            found = _of_this_stack(engine, azure, stack, change.urn, change.type, change.inputs)
            if found is not None:
                ids[change.urn] = found
    if ids:
        _import(engine, stack, plan, ids)
    return len(ids)


def _of_this_stack(
    engine: Engine, azure: Azure, stack: StackName, urn: str, type_token: str, inputs: Mapping[str, Any]
) -> str | None:
    """The id of a resource that exists, has come to rest and carries this stack's tag; None where there is none.

    Raises AmlopsError for one that another stack, or nobody, made.
    """
    named = arm_id(type_token, inputs, azure.subscription)
    if named is None:
        return None
    id, api_version = named
    body = _at_rest(engine, azure, id, api_version)
    if body is None:
        return None
    if kind(type_token) not in UNTAGGED:
        owner = (body.get("tags") or {}).get("stack")
        if owner != stack.text:
            whose = f'belongs to the stack "{owner}"' if owner else "was not made by a stack of this repository"
            raise AmlopsError(f"{short(urn)} is wanted by {stack}, but {id} exists and {whose}; remove or rename it")
    if kind(type_token) in _DISPOSABLE and _state(body) in ("failed", "canceled"):
        engine.progress.line(f"{short(urn)} ended as {_state(body)}; making it anew")
        azure.delete(id, api_version)
        return None
    return id


def _at_rest(engine: Engine, azure: Azure, id: str, api_version: str) -> dict[str, Any] | None:
    deadline = time.monotonic() + PATIENCE
    while True:
        body = azure.resource(id, api_version)
        if body is None or _state(body) in _FINAL:
            return body
        if time.monotonic() > deadline:
            raise AmlopsError(f"{id} is {_state(body)} for half an hour; look at it in Azure before trying again")
        engine.progress.hint(f"waiting until {id.rsplit('/', 1)[-1]} is no longer {_state(body)}")
        time.sleep(1)


def _state(body: Mapping[str, Any]) -> str:
    return str((body.get("properties") or {}).get("provisioningState") or "").lower()


def _import(engine: Engine, stack: StackName, plan: Mapping[str, Change], ids: Mapping[str, str]) -> None:
    """`pulumi import` of these ids; components above them that the state lacks are made along."""
    table: dict[str, str] = {}
    resources: dict[str, dict[str, Any]] = {}

    def name_of(urn: str) -> str:
        return table.setdefault(urn, f"n{len(table)}")

    def add(urn: str) -> None:
        change = plan.get(urn)
        if change is None or urn in resources:
            return
        parts = urn.split("::")
        if parts[2] == "pulumi:pulumi:Stack":
            return
        entry: dict[str, Any] = {"type": change.type, "name": parts[3]}
        if change.parent and "::pulumi:pulumi:Stack::" not in change.parent:
            add(change.parent)
            if change.parent in resources:
                entry["parent"] = resources[change.parent]["name"]
            else:
                entry["parent"] = name_of(change.parent)
        if urn in ids:
            entry["id"] = ids[urn]
        else:
            entry["component"] = True
        resources[urn] = entry

    for urn in ids:
        add(urn)
    with tempfile.TemporaryDirectory(prefix="amlops-import-") as folder:
        file = Path(folder) / "import.json"
        file.write_text(
            json.dumps(
                {"nameTable": {name: urn for urn, name in table.items()}, "resources": list(resources.values())}
            ),
            encoding="utf-8",
        )
        engine.command(
            stack, "import", "--yes", "--skip-preview", "--generate-code=false", "--protect=false", "--file", str(file)
        )
