"""MLflow's model registry, which in Azure ML is the workspace's own models.

What one client registers the other lists. Aliases, stage transitions and deletion through MLflow are not served.
Source: MLflow 3.17, `model_registry.proto`; Azure ML, "Manage model registries with MLflow".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..arm.errors import ArmError, bad_request
from ..arm.ids import ArmId
from ..data_plane import Caller
from ..jobs.assets import signature
from ..store import Body, Resource

if TYPE_CHECKING:
    from ..workshop import Workshop
    from .artifacts import Artifacts

SERVICES = ("registered-models", "model-versions")
_SOURCE, _RUN, _MODEL = "mlflow.source", "mlflow.run_id", "mlflow.model_id"  # kept in the version's properties
_EQUALS = re.compile(r"\s*(name|run_id)\s*=\s*['\"]([^'\"]*)['\"]\s*")


class Registry:
    """Answers from the models in the store."""

    def __init__(self, cloud: Workshop, artifacts: Artifacts) -> None:
        self._cloud, self._artifacts = cloud, artifacts

    def answer(self, caller: Caller, operation: str, given: Mapping[str, Any]) -> Body | None:
        """The answer of `registered-models/…` or `model-versions/…`; None for an operation that isn't served."""
        match operation:
            case "registered-models/create":
                return {"registered_model": self._model(self._create_model(caller, given))}
            case "registered-models/get":
                return {"registered_model": self._model(self._found(caller, given))}
            case "registered-models/search":
                return {"registered_models": [self._model(m) for m in self._models(caller, given)]}
            case "registered-models/get-latest-versions":
                return {"model_versions": self._model(self._found(caller, given))["latest_versions"]}
            case "registered-models/update" | "registered-models/set-tag":
                return {"registered_model": self._model(self._change(self._found(caller, given), given))}
            case "model-versions/create":
                return {"model_version": _version(self._create_version(caller, given))}
            case "model-versions/get":
                return {"model_version": _version(self._found_version(caller, given))}
            case "model-versions/get-download-uri":
                found = self._found_version(caller, given)
                return {"artifact_uri": self._artifacts.address_of_version(caller, found)}
            case "model-versions/search":
                return {"model_versions": [_version(v) for v in self._versions(caller, given)]}
            case "model-versions/update" | "model-versions/set-tag":
                return {"model_version": _version(self._change(self._found_version(caller, given), given))}
        return None

    def _create_model(self, caller: Caller, given: Mapping[str, Any]) -> Resource:
        name = self._named(caller, given)
        if self._cloud.store.get(name) is not None:
            raise bad_request("RESOURCE_ALREADY_EXISTS", f"Registered Model (name={name.name}) already exists.")
        return self._put(caller, name, {"tags": _tags(given), "description": given.get("description")})

    def _create_version(self, caller: Caller, given: Mapping[str, Any]) -> Resource:
        model = self._found(caller, given)
        source = str(given.get("source") or "")
        numbers = [int(v.id.name) for v in self._cloud.store.children(model.id) if v.id.name.isdigit()]
        kept = {_SOURCE: source, _RUN: given.get("run_id"), _MODEL: given.get("model_id")}
        run = str(given.get("run_id") or "")
        properties = {
            "modelType": "mlflow_model",
            "modelUri": self._artifacts.uri_of(caller, source),
            "flavors": {},
            "isAnonymous": False,
            "tags": _tags(given),
            "description": given.get("description"),
            "properties": {name: str(value) for name, value in kept.items() if value},
            **({"jobName": run} if self._cloud.store.get(caller.workspace.id.child("jobs", run)) else {}),
        }
        return self._put(caller, model.id.child("versions", str(max(numbers, default=0) + 1)), properties)

    def _put(self, caller: Caller, at: ArmId, properties: Body) -> Resource:
        signed = signature(caller.principal, self._cloud.clock.iso())
        fixed = {"isArchived": False, "provisioningState": "Succeeded"}
        body = {"properties": {"properties": {}, **properties, **fixed}, "systemData": signed}
        return self._cloud.store.put(Resource(at, body))

    def _change(self, found: Resource, given: Mapping[str, Any]) -> Resource:
        """`update` sets the description, `set-tag` one tag."""
        if "key" in given:
            tags = {**(found.properties.get("tags") or {}), str(given["key"]): str(given.get("value", ""))}
            return self._cloud.store.put(found.with_properties(tags=tags))
        return self._cloud.store.put(found.with_properties(description=given.get("description")))

    def _named(self, caller: Caller, given: Mapping[str, Any]) -> ArmId:
        if not given.get("name"):
            raise bad_request("INVALID_PARAMETER_VALUE", "Missing value for required parameter 'name'.")
        return caller.workspace.id.child("models", str(given["name"]))

    def _found(self, caller: Caller, given: Mapping[str, Any]) -> Resource:
        asked = self._named(caller, given)
        found = self._cloud.store.get(asked)
        if found is None:
            raise ArmError(404, "RESOURCE_DOES_NOT_EXIST", f"Registered Model with name={asked.name} not found")
        return found

    def _found_version(self, caller: Caller, given: Mapping[str, Any]) -> Resource:
        asked = self._named(caller, given).child("versions", str(given.get("version")))
        found = self._cloud.store.get(asked)
        if found is None:
            message = f"Model Version (name={given['name']}, version={given.get('version')}) not found"
            raise ArmError(404, "RESOURCE_DOES_NOT_EXIST", message)
        return found

    def _models(self, caller: Caller, given: Mapping[str, Any]) -> list[Resource]:
        wanted = _filter(given)
        found = self._cloud.store.children(caller.workspace.id, "Microsoft.MachineLearningServices/workspaces/models")
        return [model for model in found if wanted.get("name", model.id.name) == model.id.name]

    def _versions(self, caller: Caller, given: Mapping[str, Any]) -> list[Resource]:
        wanted = _filter(given)
        found = [v for model in self._models(caller, given) for v in self._cloud.store.children(model.id)]
        return [v for v in found if wanted.get("run_id", _run(v)) == _run(v)]

    def _model(self, model: Resource) -> Body:
        versions = sorted(self._cloud.store.children(model.id), key=lambda v: v.id.name.zfill(20))
        return {
            "name": model.id.name,
            **_shared(model),
            "latest_versions": [_version(v) for v in versions[-1:]],
        }


def _version(version: Resource) -> Body:
    container = version.id.parent
    kept = version.properties.get("properties") or {}
    return {
        "name": container.name if container else "",
        "version": version.id.name,
        **_shared(version),
        "current_stage": version.properties.get("stage") or "None",
        "source": kept.get(_SOURCE) or version.properties.get("modelUri"),
        "run_id": _run(version),
        "status": "READY",
        **({"model_id": kept[_MODEL]} if kept.get(_MODEL) else {}),
    }


def _run(version: Resource) -> str:
    return str((version.properties.get("properties") or {}).get(_RUN) or version.properties.get("jobName") or "")


def _shared(found: Resource) -> Body:
    signed = found.body.get("systemData") or {}
    tags = found.properties.get("tags") or {}
    return {
        "creation_timestamp": _millis(signed.get("createdAt")),
        "last_updated_timestamp": _millis(signed.get("lastModifiedAt")),
        "description": found.properties.get("description") or "",
        "tags": [{"key": key, "value": str(value)} for key, value in tags.items()],
    }


def _tags(given: Mapping[str, Any]) -> dict[str, str]:
    return {str(tag["key"]): str(tag.get("value", "")) for tag in given.get("tags") or ()}


def _filter(given: Mapping[str, Any]) -> dict[str, str]:
    """`name = '…'` and `run_id = '…'`, joined by `and`. Raises ArmError 400 for any other filter."""
    text = str(given.get("filter") or "")
    found: dict[str, str] = {}
    for part in filter(str.strip, re.split(r"\band\b", text, flags=re.IGNORECASE)):
        match = _EQUALS.fullmatch(part)
        if match is None:
            raise bad_request(
                "INVALID_PARAMETER_VALUE", f"The filter '{part.strip()}' is not served; use name or run_id with =."
            )
        found[match[1]] = match[2]
    return found


def _millis(text: object) -> int:
    """Milliseconds of ARM's time with seven digits of a second, 0 for none."""
    if not text:
        return 0
    return int(datetime.fromisoformat(str(text)[:26].rstrip("Z") + "+00:00").timestamp() * 1000)
