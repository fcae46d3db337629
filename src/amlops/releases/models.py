"""The model that a release takes: a version of a workspace, which training registered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from amlops.errors import AmlopsError

from .holder import Holder, refused


@dataclass(frozen=True, slots=True)
class WorkspaceModel:
    """A model version of a workspace. `job` is the run that registered it, if one did."""

    name: str
    version: str
    uri: str
    type: str
    job: str | None = None
    flavors: Mapping[str, Any] = field(default_factory=dict)
    description: str | None = None

    def __str__(self) -> str:
        return f"{self.name}:{self.version}"


def find_model(workspace: Holder, name: str, version: str | None) -> WorkspaceModel:
    """The model version; without `version` the newest one. Raises AmlopsError (exit code 3) where there is none."""
    version = version or _newest(workspace, name)
    found = workspace.get("models", name, version)
    if found is None:
        message = (
            f"the workspace {workspace.name} has no model {name}:{version}; name another in the deployment's manifest"
        )
        raise AmlopsError(message, exit_code=3)
    return model_of(name, version, found)


def model_of(name: str, version: str, found: Mapping[str, Any]) -> WorkspaceModel:
    """A model version's ARM body, read."""
    properties = found["properties"]
    return WorkspaceModel(
        name=name,
        version=version,
        uri=properties["modelUri"],
        type=properties.get("modelType") or "custom_model",
        job=properties.get("jobName"),
        flavors=properties.get("flavors") or {},
        description=properties.get("description"),
    )


def _newest(workspace: Holder, name: str) -> str:
    from azure.core.exceptions import AzureError, ResourceNotFoundError

    listing = workspace.client.model_versions.list(
        workspace.group, workspace.name, name, order_by="createdtime desc", top=1
    )
    try:
        newest = next(iter(listing), None)
    except ResourceNotFoundError:
        newest = None
    except AzureError as error:
        refused(f"listing the versions of the model {name} in {workspace.name}", error)
    if newest is None:
        message = f"the workspace {workspace.name} has no model {name} yet; run `amlops train` for the deployment first"
        raise AmlopsError(message, exit_code=3)
    return str(newest.name)
