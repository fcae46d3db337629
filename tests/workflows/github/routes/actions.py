"""Runs of workflows: listed, started, reviewed."""

from __future__ import annotations

from typing import Any

from ..call import NOT_FOUND, Call, Refused, Reply, Route
from ..hub import as_user
from ..run import Run
from .repository import REPO
from .repository import known as known_repository

READ, WRITE = (("actions", "read"),), (("actions", "write"),)


def known(call: Call, run: Run) -> dict[str, Any]:
    where = f"{call.hub.url}/{call.hub.full_name}/actions/runs/{run.id}"
    return {
        "id": run.id,
        "name": run.workflow.name,
        "path": run.workflow.path,
        "run_number": run.number,
        "run_attempt": 1,
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion,
        "head_sha": run.head,
        "head_branch": run.branch,
        "html_url": where,
        "actor": as_user(run.actor),
        "triggering_actor": as_user(run.actor),
        "created_at": run.created,
        "updated_at": run.updated or run.created,
        "run_started_at": run.created,
        "display_title": run.workflow.name,
        "workflow_id": _workflow_id(run.file),
        "pull_requests": [],
        "repository": known_repository(call),
        "head_repository": known_repository(call),
        "head_commit": None,
    }


def _runs(call: Call, listed: list[Run]) -> Reply:
    for key, of in {"status": "status", "event": "event", "branch": "branch", "head_sha": "head"}.items():
        if wanted := call.query.get(key):
            listed = [
                run for run in listed if getattr(run, of) == wanted or (key == "status" and run.conclusion == wanted)
            ]
    newest = sorted(listed, key=lambda run: -run.id)
    return Reply(listed=[known(call, run) for run in newest], inside="workflow_runs")


def listed(call: Call) -> Reply:
    return _runs(call, list(call.hub.runs.all) if call.hub.runs else [])


def of_workflow(call: Call) -> Reply:
    return _runs(call, call.hub.runs.of(call.params["workflow_id"]) if call.hub.runs else [])


def _run(call: Call) -> Run:
    found = call.hub.runs.get(int(call.params["run_id"])) if call.hub.runs else None
    if found is None:
        raise Refused(*NOT_FOUND)
    return found


def get(call: Call) -> Reply:
    return Reply(body=known(call, _run(call)))


def cancel(call: Call) -> Reply:
    run = _run(call)
    assert call.hub.runs is not None
    if not run.active:
        raise Refused(409, "Cannot cancel a workflow run that is completed.")
    call.hub.runs.cancel(run)
    return Reply(202, {})


def jobs(call: Call) -> Reply:
    """Those that have ended, and those that a runner has."""
    run = _run(call)
    all_: dict[str, str | None] = {**dict.fromkeys(run.runners), **run.jobs}
    found: list[Any] = [
        {
            "id": number,
            "run_id": run.id,
            "name": name.partition("/")[2] or name,
            "status": "in_progress" if conclusion is None else "completed",
            "conclusion": conclusion,
            "runner_name": run.runners.get(name),
            "run_attempt": 1,
            "head_sha": run.head,
            "started_at": run.created,
            "labels": [],
        }
        for number, (name, conclusion) in enumerate(all_.items(), 1)
    ]
    return Reply(listed=found, inside="jobs")


def dispatch(call: Call) -> Reply:
    assert call.hub.runs is not None
    inputs = {key: str(value) for key, value in (call.body.get("inputs") or {}).items()}
    found = call.hub.runs.dispatch(call.params["workflow_id"], call.body["ref"], inputs, call.caller)
    if isinstance(found, str):
        raise Refused(422, found)
    return Reply(204)


def approvals(call: Call) -> Reply:
    run = _run(call)
    return Reply(
        listed=[
            {
                "state": item["state"],
                "comment": item["comment"],
                "user": as_user(item["user"]),
                "environments": [{"name": name} for name in item["environments"]],
            }
            for item in run.approvals
        ]
    )


def pending(call: Call) -> Reply:
    run = _run(call)
    return Reply(listed=[_pending(call, name) for name in run.waiting_for])


def _pending(call: Call, name: str) -> dict[str, Any]:
    reviewers = call.hub.environment(name).reviewers
    return {
        "environment": {"id": _workflow_id(name), "name": name},
        "wait_timer": 0,
        "wait_timer_started_at": None,
        "current_user_can_approve": call.caller.login in reviewers,
        "reviewers": [{"type": "User", "reviewer": as_user(login)} for login in reviewers],
    }


def review(call: Call) -> Reply:
    run, runs = _run(call), call.hub.runs
    assert runs is not None
    ids = set(call.body["environment_ids"])
    names = [name for name in run.waiting_for if _workflow_id(name) in ids]
    for name in names:
        if call.caller.login not in call.hub.environment(name).reviewers:
            raise Refused(422, f"{call.caller.login} is no reviewer of {name}")
    said = {"state": call.body["state"], "comment": call.body["comment"], "user": call.caller.login}
    run.approvals.append({**said, "environments": names})
    runs.decided.notify_all()
    return Reply(listed=[])


def _workflow_id(file: str) -> int:
    return sum(index * byte for index, byte in enumerate(file.encode(), 1))


RUN = f"{REPO}/actions/runs/{{run_id}}"
WORKFLOW = f"{REPO}/actions/workflows/{{workflow_id}}"
ROUTES = (
    Route("GET", f"{REPO}/actions/runs", listed, needs=READ),
    Route("GET", RUN, get, needs=READ),
    Route("POST", f"{RUN}/cancel", cancel, needs=WRITE),
    Route("GET", f"{RUN}/jobs", jobs, needs=READ),
    Route("GET", f"{RUN}/approvals", approvals, needs=READ),
    Route("GET", f"{RUN}/pending_deployments", pending, needs=READ),
    Route("POST", f"{RUN}/pending_deployments", review, needs=WRITE),
    Route("GET", f"{WORKFLOW}/runs", of_workflow, needs=READ),
    Route("POST", f"{WORKFLOW}/dispatches", dispatch, needs=WRITE),
)
