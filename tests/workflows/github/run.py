"""One run of a workflow, as GitHub lists it."""

from __future__ import annotations

import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .workflow import Workflow


@dataclass
class Leg:
    """A job, or one leg of its matrix, that has begun: what GitHub let it enter."""

    key: str
    job: str
    environment: str = ""
    group: str = ""
    approved_by: str = ""


@dataclass
class Run:
    """`commit` is what runs, `head` the commit that a person knows (a pull request's own); `jobs` name → conclusion,
    `runners` name → the runner that has, or had, it."""

    id: int
    number: int
    workflow: Workflow
    event: str
    payload: dict[str, Any]
    commit: str
    head: str
    ref: str
    branch: str
    actor: str
    created: str
    fork: bool = False
    pull: int | None = None
    status: str = "queued"
    conclusion: str | None = None
    updated: str = ""
    folder: Path | None = None
    jobs: dict[str, str] = field(default_factory=dict)
    runners: dict[str, str] = field(default_factory=dict)
    steps: list[tuple[str, str, str]] = field(default_factory=list)
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    log: str = ""
    legs: dict[str, Leg] = field(default_factory=dict)
    approvals: list[dict[str, Any]] = field(default_factory=list)
    waiting_for: list[str] = field(default_factory=list)
    process: subprocess.Popen[str] | None = None
    cancelled: bool = False
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def file(self) -> str:
        return self.workflow.file

    @property
    def active(self) -> bool:
        return self.status != "completed"

    def __str__(self) -> str:
        jobs = ", ".join(f"{name}: {end}" for name, end in sorted(self.jobs.items()))
        return f"{self.file} #{self.id} ({self.event} by {self.actor}): {self.conclusion or self.status} [{jobs}]"
