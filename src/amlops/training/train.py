"""Runs a deployment's training job and waits for the model.

The job's name comes from its content: whoever was cut off while waiting finds the same job again, running or done.
A job that failed or was canceled stays as it is; the next try gets the next number behind its name.
"""

from __future__ import annotations

import io
import json
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from amlops.config import Environment, Repository
from amlops.errors import AmlopsError
from amlops.manifests import bound
from amlops.releases.blobs import upload
from amlops.releases.cloud import Cloud
from amlops.releases.datastore import open_datastore, place_of, run_artifacts
from amlops.releases.holder import Holder, as_sent, refused
from amlops.releases.make import workspace_of
from amlops.releases.models import WorkspaceModel, model_of
from amlops.releases.upload import ensure_version, placed

from .log import FILE, RunLog
from .plan import ANONYMOUS, JobPlan, plan_training

ENDED = ("Completed", "Failed", "Canceled")
ATTEMPTS = 100
POLL_SECONDS = 1.0
TAIL = 25
"""Lines of a failed job's log that the message holds."""


def train(
    repo: Repository,
    deployment: str,
    environment: Environment,
    cloud: Cloud,
    *,
    say: Callable[[str], None],
    on_line: Callable[[str], None],
) -> WorkspaceModel:
    """Trains, and gives the model version that the job registered.

    `say` gets one line for each step, `on_line` each line of the job's log. Raises ConfigError for the manifest and
    AmlopsError with the log's tail for a job that failed.
    """
    workspace = workspace_of(environment, cloud)
    workspace_id = _workspace_id(workspace)
    plan = plan_training(repo, deployment, environment, workspace_id)
    name, state = _attempt(workspace, plan)
    if state is None:
        _publish(workspace, workspace_id, cloud, plan, say)
        _submit(workspace, plan, name)
        say(f"submitted job {name}")
    elif state == "Completed":
        say(f"job {name} did this work already")
    else:
        say(f"job {name} is {state}; waiting for it")
    if state != "Completed":
        _wait(workspace, cloud, name, say, on_line)
    model = _registered(workspace, name, plan.models[0])
    say(f"model {model} of job {name}")
    return model


def _workspace_id(workspace: Holder) -> str:
    from azure.core.exceptions import AzureError

    try:
        return str(workspace.client.workspaces.get(workspace.group, workspace.name).id)
    except AzureError as error:
        refused(f"finding the workspace {workspace.name}", error)


def _attempt(workspace: Holder, plan: JobPlan) -> tuple[str, str | None]:
    """The job to submit (state None) or to wait for: the first one of this content that did not fail."""
    for number in range(1, ATTEMPTS):
        name = plan.name if number == 1 else f"{plan.name}-{number}"
        state = _state(workspace, name)
        if state not in ("Failed", "Canceled"):
            return name, state
    raise AmlopsError(f"{plan.name} failed {ATTEMPTS - 1} times; change the job before trying again")


def _state(workspace: Holder, name: str) -> str | None:
    job = _job(workspace, name)
    return None if job is None else str(job["properties"]["status"])


def _job(workspace: Holder, name: str) -> dict[str, Any] | None:
    from azure.core.exceptions import AzureError, ResourceNotFoundError

    try:
        found: Any = workspace.client.jobs.get(workspace.group, workspace.name, name, cls=as_sent)
    except ResourceNotFoundError:
        return None
    except AzureError as error:
        refused(f"reading the job {name}", error)
    job: dict[str, Any] = found
    return job


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


def _submit(workspace: Holder, plan: JobPlan, name: str) -> None:
    from azure.core.exceptions import AzureError

    sent = io.BytesIO(json.dumps(plan.body).encode())
    try:
        workspace.client.jobs.create_or_update(
            workspace.group, workspace.name, name, sent, api_version=plan.api_version
        )
    except AzureError as error:
        refused(f"submitting the job {name}", error)


def _wait(
    workspace: Holder, cloud: Cloud, name: str, say: Callable[[str], None], on_line: Callable[[str], None]
) -> None:
    place = run_artifacts(name, FILE)
    log = RunLog(open_datastore(cloud, workspace, place.datastore), place.path)
    tail: deque[str] = deque(maxlen=TAIL)
    shown = ""
    while True:
        state = _state(workspace, name)
        if state is None:
            raise AmlopsError(f"the job {name} is gone; run the training again")
        if state != shown:
            say(f"job {name}: {state}")
            shown = state
        for line in log.lines(ended=state in ENDED):
            tail.append(line)
            on_line(line)
        if state == "Completed":
            return
        if state in ENDED:
            raise AmlopsError(_failed(workspace, name, state, tail))
        time.sleep(POLL_SECONDS)


def _failed(workspace: Holder, name: str, state: str, tail: deque[str]) -> str:
    job = _job(workspace, name) or {}
    error = job.get("properties", {}).get("error") or {}
    reason = (error.get("error") or error).get("message") if isinstance(error, dict) else None
    because = f": {reason}" if reason else ""
    lines = "\n".join(f"  {line}" for line in tail) or "  (it wrote nothing)"
    return f"the job {name} ended as {state}{because}; its last lines:\n{lines}"


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
