"""Outputs with a name become versions of a model or data asset when their job completes."""

from __future__ import annotations

from ..arm.caller import Principal
from ..arm.ids import ArmId
from ..store import Body, Resource, Store
from .spec import CommandSpec, Output

_ML = "Microsoft.MachineLearningServices/workspaces"


def register(store: Store, workspace: ArmId, spec: CommandSpec, signed: Body) -> dict[str, ArmId]:
    """Make the versions that the outputs name; gives their ids by output. Call inside the completing transaction.

    A version that the job doesn't name is the container's next. `signed` is their `systemData`. Source: CLI v2
    reference, outputs `name` and `version`.
    """
    return {output.name: _register(store, workspace, spec, output, signed) for output in spec.outputs if output.asset}


def taken(store: Store, workspace: ArmId, output: Output) -> bool:
    """Whether the version that the output names is there already. Versions are immutable."""
    return bool(output.asset and output.version and store.get(_version_id(workspace, output, output.version)))


def signature(principal: Principal, at: str) -> Body:
    """`systemData` of what a job makes: its submitter made it."""
    who = {"By": principal.object_id, "ByType": "Application", "At": at}
    return {f"{verb}{key}": value for verb in ("created", "lastModified") for key, value in who.items()}


def long_uri(workspace: ArmId, uri: str) -> str:
    """The long form of `azureml://datastores/…`, which asset versions carry; other URIs as they are."""
    if not uri.startswith("azureml://datastores/"):
        return uri
    group = f"subscriptions/{workspace.subscription}/resourcegroups/{workspace.resource_group}"
    return uri.replace("azureml://", f"azureml://{group}/workspaces/{workspace.name}/", 1)


def _register(store: Store, workspace: ArmId, spec: CommandSpec, output: Output, signed: Body) -> ArmId:
    container = _container_id(workspace, output)
    if store.get(container) is None:
        store.put(Resource(container, {"properties": _container(output), "systemData": signed}))
    made = _version_id(workspace, output, output.version or _next(store, container))
    store.put(Resource(made, {"properties": _version(workspace, spec, output), "systemData": signed}))
    return made


def _container_id(workspace: ArmId, output: Output) -> ArmId:
    return workspace.child("models" if output.is_model else "data", output.asset or "")


def _version_id(workspace: ArmId, output: Output, version: str) -> ArmId:
    return _container_id(workspace, output).child("versions", version)


def _container(output: Output) -> Body:
    shared: Body = {
        "description": None,
        "tags": {},
        "properties": {},
        "isArchived": False,
    }
    own = {"provisioningState": "Succeeded"} if output.is_model else {"dataType": output.kind}
    return {**shared, **own}


def _version(workspace: ArmId, spec: CommandSpec, output: Output) -> Body:
    uri = long_uri(workspace, output.uri)
    shared: Body = {
        "description": output.description,
        "tags": {},
        "properties": {},
        "isAnonymous": False,
        "isArchived": False,
    }
    if output.is_model:
        made = {"modelUri": uri, "modelType": output.kind, "flavors": {}, "jobName": spec.name}
        return {**shared, **made, "provisioningState": "Succeeded"}
    return {**shared, "dataUri": uri, "dataType": output.kind}


def _next(store: Store, container: ArmId) -> str:
    numbers = [int(v.id.name) for v in store.children(container) if v.id.name.isdigit()]
    return str(max(numbers, default=0) + 1)
