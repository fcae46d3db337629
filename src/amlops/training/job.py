"""A job of a workspace, by a name that comes from its content: found again by whoever was cut off while waiting.

One that failed or was canceled stays as it is; the next try gets the next number behind its name.
"""

from __future__ import annotations

import io
import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from amlops.errors import AmlopsError
from amlops.releases.cloud import Cloud
from amlops.releases.datastore import open_datastore, run_artifacts
from amlops.releases.holder import Holder, as_sent, refused

from .log import FILE, RunLog

ENDED = ("Completed", "Failed", "Canceled")
ATTEMPTS = 100
POLL_SECONDS = 1.0
TAIL = 25
"""Lines of a failed job's log that the message holds."""


def run_job(
    workspace: Holder,
    cloud: Cloud,
    content_name: str,
    submit: Callable[[str], None],
    *,
    say: Callable[[str], None],
    on_line: Callable[[str], None],
) -> str:
    """Waits for the job of this content, which `submit` gets the name of where there is none yet. Gives its name.

    `say` gets one line for each step, `on_line` each line of the job's log. Raises AmlopsError with the log's tail for
    a job that failed.
    """
    name, state = _attempt(workspace, content_name)
    if state is None:
        submit(name)
        say(f"submitted job {name}")
    elif state == "Completed":
        say(f"job {name} did this work already")
    else:
        say(f"job {name} is {state}; waiting for it")
    if state != "Completed":
        _wait(workspace, cloud, name, say, on_line)
    return name


def put_job(workspace: Holder, name: str, body: Mapping[str, Any], api_version: str) -> None:
    """Submits it. Raises AmlopsError."""
    from azure.core.exceptions import AzureError

    sent = io.BytesIO(json.dumps(body).encode())
    try:
        workspace.client.jobs.create_or_update(workspace.group, workspace.name, name, sent, api_version=api_version)
    except AzureError as error:
        refused(f"submitting the job {name}", error)


def id_of(workspace: Holder) -> str:
    """The workspace's ARM id. Raises AmlopsError."""
    from azure.core.exceptions import AzureError

    try:
        return str(workspace.client.workspaces.get(workspace.group, workspace.name).id)
    except AzureError as error:
        refused(f"finding the workspace {workspace.name}", error)


def _attempt(workspace: Holder, content_name: str) -> tuple[str, str | None]:
    """The job to submit (state None) or to wait for: the first one of this content that did not fail."""
    for number in range(1, ATTEMPTS):
        name = content_name if number == 1 else f"{content_name}-{number}"
        state = _state(workspace, name)
        if state not in ("Failed", "Canceled"):
            return name, state
    raise AmlopsError(f"{content_name} failed {ATTEMPTS - 1} times; change the job before trying again")


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
