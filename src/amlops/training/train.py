"""Runs a deployment's training job and waits for the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from amlops.config import Environment, Repository
from amlops.errors import AmlopsError
from amlops.manifests import bound
from amlops.releases.blobs import upload
from amlops.releases.cloud import Cloud
from amlops.releases.datastore import open_datastore, place_of
from amlops.releases.holder import Holder, refused
from amlops.releases.make import workspace_of
from amlops.releases.models import WorkspaceModel, model_of
from amlops.releases.upload import ensure_version, placed

from .job import id_of, put_job, run_job
from .plan import ANONYMOUS, JobPlan, plan_training


def train(
    repo: Repository,
    deployment: str,
    environment: Environment,
    cloud: Cloud,
    *,
    mark: str = "",
    say: Callable[[str], None],
    on_line: Callable[[str], None],
) -> WorkspaceModel:
    """Trains, and gives the model version that the job registered.

    The same work is not done twice; another `mark` makes it other work, though nothing in it differs. `say` gets one
    line for each step, `on_line` each line of the job's log. Raises ConfigError for the manifest and AmlopsError with
    the log's tail for a job that failed.
    """
    workspace = workspace_of(environment, cloud)
    workspace_id = id_of(workspace)
    plan = plan_training(repo, deployment, environment, workspace_id, mark=mark)

    def submit(name: str) -> None:
        _publish(workspace, workspace_id, cloud, plan, say)
        put_job(workspace, name, plan.body, plan.api_version)

    name = run_job(workspace, cloud, plan.name, submit, say=say, on_line=on_line)
    model = _registered(workspace, name, plan.models[0])
    say(f"model {model} of job {name}")
    return model


def _publish(workspace: Holder, workspace_id: str, cloud: Cloud, plan: JobPlan, say: Callable[[str], None]) -> None:
    """Code, local inputs and environments, each unless it is there; all are named by content."""
    for asset in plan.assets:
        if asset.kind == "code":
            name, content = asset.id.split("/")[-3], placed(plan.folder, asset)
            if ensure_version(cloud, workspace, "codes", name, "1", content, _code):
                say(f"uploaded {asset.path} as code {name}")
            continue
        target = place_of(bound(asset.id, workspace_id))
        assert target is not None
        above = target.path.rpartition("/")[0]
        store = open_datastore(cloud, workspace, target.datastore)
        upload(store, ((f"{above}/{name}", file) for name, file in placed(plan.folder, asset).files))
    for version, locked in plan.environments:
        if workspace.get("environments", ANONYMOUS, version) is None:
            body = {**locked.properties, "osType": "Linux", "isAnonymous": True}
            workspace.put("environments", ANONYMOUS, version, {"properties": body})


def _code(uri: str) -> dict[str, Any]:
    return {"codeUri": uri, "isAnonymous": True}


def _registered(workspace: Holder, job: str, model: str) -> WorkspaceModel:
    """The version of `model` that the job registered. Raises AmlopsError where it registered none."""
    from azure.core.exceptions import AzureError, ResourceNotFoundError

    listing = workspace.client.model_versions.list(workspace.group, workspace.name, model, order_by="createdtime desc")
    try:
        for item in listing:
            properties = item.properties
            if properties.job_name == job or f"/{job}/" in f"{properties.model_uri}/":
                found = workspace.get("models", model, str(item.name))
                if found is not None:
                    return model_of(model, str(item.name), found)
    except ResourceNotFoundError:
        pass
    except AzureError as error:
        refused(f"listing the versions of the model {model}", error)
    raise AmlopsError(f"the job {job} is completed, but registered no version of the model {model}; look into its log")
