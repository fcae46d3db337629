"""Outputs with a name become versions of a model or data asset when their job completes."""

from __future__ import annotations

from ..arm.ids import ArmId
from ..store import Body, Resource, Store
from .spec import CommandSpec, Output

_ML = "Microsoft.MachineLearningServices/workspaces"


def register(store: Store, workspace: ArmId, spec: CommandSpec) -> dict[str, ArmId]:
    """Make the versions that the outputs name; gives their ids by output. Call inside the completing transaction.

    A version that the job doesn't name is the container's next. Source: CLI v2 reference, outputs `name` and `version`.
    """
    return {output.name: _register(store, workspace, spec, output) for output in spec.outputs if output.asset}


def long_uri(workspace: ArmId, uri: str) -> str:
    """The long form of `azureml://datastores/…`, which asset versions carry; other URIs as they are."""
    if not uri.startswith("azureml://datastores/"):
        return uri
    group = f"subscriptions/{workspace.subscription}/resourcegroups/{workspace.resource_group}"
    return uri.replace("azureml://", f"azureml://{group}/workspaces/{workspace.name}/", 1)


def _register(store: Store, workspace: ArmId, spec: CommandSpec, output: Output) -> ArmId:
    collection = "models" if output.is_model else "data"
    container = workspace.child(collection, output.asset or "")
    if store.get(container) is None:
        store.put(Resource(container, {"properties": _container(output)}))
    version = output.version or _next(store, container)
    made = container.child("versions", version)
    store.put(Resource(made, {"properties": _version(workspace, spec, output)}))
    return made


def _container(output: Output) -> Body:
    shared: Body = {"tags": {}, "properties": {}, "isArchived": False}
    return shared if output.is_model else {**shared, "dataType": output.kind}


def _version(workspace: ArmId, spec: CommandSpec, output: Output) -> Body:
    uri = long_uri(workspace, output.uri)
    shared: Body = {"tags": {}, "properties": {}, "isAnonymous": False, "isArchived": False}
    if output.description:
        shared["description"] = output.description
    if output.is_model:
        return {
            **shared,
            "modelUri": uri,
            "modelType": output.kind,
            "jobName": spec.name,
            "stage": "",
            "provisioningState": "Succeeded",
        }
    return {**shared, "dataUri": uri, "dataType": output.kind, "jobName": spec.name}


def _next(store: Store, container: ArmId) -> str:
    numbers = [int(v.id.name) for v in store.children(container) if v.id.name.isdigit()]
    return str(max(numbers, default=0) + 1)
