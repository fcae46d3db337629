"""Where a run's files lie: its artifacts in the workspace's own storage, its outputs where the job says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..arm.errors import bad_request
from ..arm.ids import ArmId
from ..storage.blob_places import BlobPlace
from ..store import Store
from . import references, spec

if TYPE_CHECKING:
    from ..workshop import Workshop

CONTAINER = "azureml"  # of the datastore workspaceartifactstore


def container(store: Store, workspace: ArmId) -> BlobPlace:
    """Where all of a workspace's runs keep their artifacts."""
    resource = store.get(workspace)
    account = ArmId(str(resource.properties.get("storageAccount", ""))).name if resource else ""
    return BlobPlace(account.lower(), CONTAINER, "")


def artifacts(store: Store, workspace: ArmId, run: str) -> BlobPlace:
    """The folder of a run's logs and artifacts. Source: azure-ai-ml downloads `ExperimentRun/dcid.{run}` from there."""
    return below(container(store, workspace), f"ExperimentRun/dcid.{run}")


def below(place: BlobPlace, path: str) -> BlobPlace:
    return replace(place, path="/".join(part for part in (place.path.strip("/"), path.strip("/")) if part))


def locate(cloud: Workshop, workspace: ArmId, uri: str) -> BlobPlace:
    """Where the data behind an input's URI lies: an asset version, `azureml://jobs/…`, or whatever blobs resolve.

    Raises ArmError 400 for what is none of these, the public internet included.
    """
    if of_job := references.of_job(uri):
        return _of_job(cloud, workspace, *of_job)
    if references.is_version(uri):
        version = references.version(cloud.store, workspace, uri, "data")
        return locate(cloud, _holder(version.id), references.content(version))
    return cloud.blobs.resolve(uri, workspace)


def _of_job(cloud: Workshop, workspace: ArmId, job: str, output: str, path: str) -> BlobPlace:
    if output in ("artifacts", spec.ARTIFACTS):
        return below(artifacts(cloud.store, workspace, job), path)
    resource = cloud.store.get(workspace.child("jobs", job))
    if resource is None:
        raise bad_request("UserError", f"The job '{job}' was not found.")
    for known in spec.read(job, resource.properties).outputs:
        if known.name == output:
            return below(cloud.blobs.resolve(known.uri, workspace), path)
    raise bad_request("UserError", f"The job '{job}' has no output '{output}'.")


def _holder(version: ArmId) -> ArmId:
    """The workspace or registry of `…/{collection}/{name}/versions/{version}`."""
    found = version.parent.parent if version.parent else None
    assert found is not None
    return found
