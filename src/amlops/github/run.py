"""The run of a workflow that this process is a part of, from the variables that its runner sets."""

from __future__ import annotations

import getpass
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

MATRIX_JOBS = 255
"""Jobs of one matrix: GitHub takes 256."""
SUMMARY_BYTES = 1 << 20
"""A step's summary over this is dropped whole by GitHub."""


@dataclass(frozen=True)
class Run:
    """`person` started it; `commit` is what it was started for, of a pull request the merge with its base; `runner`
    is the name of the one that this job has."""

    id: int
    attempt: int
    repository: str
    commit: str
    person: str
    workflow: str
    event: str
    ref: str
    server_url: str
    event_file: Path | None
    summary_file: Path | None
    output_file: Path | None
    runner: str = ""

    @staticmethod
    def of(environ: Mapping[str, str]) -> Run | None:
        """None outside of GitHub."""
        if not environ.get("GITHUB_RUN_ID") or not environ.get("GITHUB_REPOSITORY"):
            return None

        def path(name: str) -> Path | None:
            return Path(environ[name]) if environ.get(name) else None

        return Run(
            id=int(environ["GITHUB_RUN_ID"]),
            attempt=int(environ.get("GITHUB_RUN_ATTEMPT") or 1),
            repository=environ["GITHUB_REPOSITORY"],
            commit=environ.get("GITHUB_SHA", ""),
            person=environ.get("GITHUB_ACTOR", ""),
            workflow=environ.get("GITHUB_WORKFLOW", ""),
            event=environ.get("GITHUB_EVENT_NAME", ""),
            ref=environ.get("GITHUB_REF", ""),
            server_url=environ.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/"),
            event_file=path("GITHUB_EVENT_PATH"),
            summary_file=path("GITHUB_STEP_SUMMARY"),
            output_file=path("GITHUB_OUTPUT"),
            runner=environ.get("RUNNER_NAME", ""),
        )

    @property
    def url(self) -> str:
        return f"{self.server_url}/{self.repository}/actions/runs/{self.id}"

    def written(self, at: datetime) -> dict[str, Any]:
        """What every file of evidence says about who wrote it."""
        return {
            "run": self.id,
            "url": self.url,
            "commit": self.commit,
            "workflow": self.workflow,
            "at": _stamp(at),
        }

    @cached_property
    def payload(self) -> dict[str, Any]:
        """The event that started the run; empty where the runner left no file."""
        if self.event_file is None or not self.event_file.is_file():
            return {}
        found: dict[str, Any] = json.loads(self.event_file.read_text(encoding="utf-8"))
        return found

    @property
    def pull_request(self) -> int | None:
        """The number of the pull request that the run is for."""
        found = self.payload.get("pull_request")
        return int(found["number"]) if found else None

    def summarise(self, markdown: str) -> bool:
        """Adds to the job's summary; False where there is none, or no room for it in this step."""
        if self.summary_file is None:
            return False
        text = markdown if markdown.endswith("\n") else f"{markdown}\n"
        taken = self.summary_file.stat().st_size if self.summary_file.exists() else 0
        if taken + len(text.encode()) > SUMMARY_BYTES:
            return False
        with self.summary_file.open("a", encoding="utf-8") as file:
            file.write(text)
        return True

    def give(self, name: str, value: str) -> bool:
        """Sets an output of the step, of any number of lines; False where the runner takes none."""
        if self.output_file is None:
            return False
        end = f"end-{uuid.uuid4().hex}"
        with self.output_file.open("a", encoding="utf-8") as file:
            file.write(f"{name}<<{end}\n{value}\n{end}\n")
        return True


def written_by(run: Run | None, at: datetime, commit: str | None) -> dict[str, Any]:
    """What every file of evidence says about who wrote it: a run, or outside of GitHub the person at `commit`; a gate
    takes no such evidence for an environment that is guarded."""
    if run is not None:
        return run.written(at)
    return {"run": None, "url": "", "commit": commit, "workflow": "", "at": _stamp(at), "person": getpass.getuser()}


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
