"""A run's state: its status in the job's body, and beside it the record of when and how it ran."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from ..arm.caller import Principal
from ..arm.ids import ArmId
from ..clock import Clock
from ..store import Resource, Store

TYPE = "Microsoft.MachineLearningServices/workspaces/jobs"
TERMINAL = frozenset({"Completed", "Failed", "Canceled", "NotResponding", "Paused"})
CANCEL_REQUESTED = "CancelRequested"

_KIND = "run"


class RunGone(Exception):
    """The job was deleted while it ran."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a run did not complete. `code` is Azure's: UserError, ImageBuildFailure, ServiceError."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class RunRecord:
    """What run history tells of a run beyond the job's body. Times are RFC 3339, UTC, of the cloud's clock."""

    created: str
    attempt: int = 0  # how often it was begun; more than once only after the emulator was killed
    started: str | None = None
    ended: str | None = None
    failure: Failure | None = None
    logs: tuple[str, ...] = ()  # paths below the run's artifacts


def record(store: Store, job: ArmId) -> RunRecord:
    """What is kept since the job was made. Raises RunGone."""
    found: dict[str, Any] | None = store.record(_KIND, job.key)
    if found is None:
        raise RunGone(job.text)
    failure = Failure(**found["failure"]) if found["failure"] else None
    return RunRecord(**{**found, "failure": failure, "logs": tuple(found["logs"])})


def save(store: Store, job: ArmId, changed: RunRecord) -> None:
    store.set_record(_KIND, job.key, asdict(changed))


def drop(store: Store, job: ArmId) -> None:
    store.drop_record(_KIND, job.key)


def submitted_by(principal: Principal) -> dict[str, Any]:
    """What is kept beside a job's body of who submitted it; the job acts with this principal's rights."""
    return {"submitter": asdict(principal)}


def submitter(job: Resource) -> Principal:
    return Principal(**job.secret["submitter"])


def status(resource: Resource) -> str:
    return str(resource.properties.get("status", "NotStarted"))


def is_terminal(resource: Resource) -> bool:
    return status(resource) in TERMINAL


def move(store: Store, clock: Clock, job: ArmId, to: str, failure: Failure | None = None) -> Resource:
    """Set the status; a cancel that is asked for stays asked for until the run has ended. Raises RunGone."""
    with store.transaction():
        resource = store.get(job)
        if resource is None:
            raise RunGone(job.text)
        if is_terminal(resource) or (status(resource) == CANCEL_REQUESTED and to not in TERMINAL):
            return resource
        known = record(store, job)
        if to == "Running":
            known = replace(known, started=clock.iso())
        if to in TERMINAL:
            known = replace(known, ended=clock.iso(), failure=failure)
        save(store, job, known)
        return store.put(resource.with_properties(status=to))


def add_log(store: Store, job: ArmId, path: str) -> None:
    known = record(store, job)
    if path not in known.logs:
        save(store, job, replace(known, logs=(*known.logs, path)))
