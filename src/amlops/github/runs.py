"""Runs of workflows: started, looked after, approved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import NotAllowed, Unsure
from .rest import Rest

ENDED = "completed"


@dataclass(frozen=True, slots=True)
class Approval:
    """Who let a job of a run enter its environments, or kept it out: `state` is `approved` or `rejected`."""

    person: str
    state: str
    environments: tuple[str, ...]
    comment: str


@dataclass(frozen=True, slots=True)
class Asking:
    """A run of a commit that only waits for reviewers to let it into these environments."""

    run: int
    commit: str
    environments: tuple[str, ...]


@dataclass(frozen=True)
class Runs:
    github: Rest

    def dispatch(self, workflow: str, inputs: Mapping[str, str] | None = None, *, ref: str = "main") -> None:
        """Starts a workflow by its file's name. A lost answer is sent again: workflows bear a second run. Raises
        GitHubRefused; NotAllowed where the token lacks `actions: write`."""
        asked = {"ref": ref, "inputs": dict(inputs or {})}
        path = f"actions/workflows/{workflow}/dispatches"
        try:
            self.github.post(path, asked)
        except Unsure:
            self.github.post(path, asked)

    def get(self, run: int | str) -> dict[str, Any] | None:
        """A run as GitHub has it, None for one that it doesn't know, or doesn't show to this token."""
        found: dict[str, Any] | None = self.github.find(f"actions/runs/{run}")
        return found

    def lives(self, run: int | str, *, attempt: int = 1, runner: str = "") -> bool | None:
        """Whether the run hasn't ended, and (where a runner is named) nor has the job that it had in this attempt: a
        run may wait for days for a person when one of its jobs has long died.

        None where GitHub doesn't say. To a token that may not see runs it says of each that there is none, so a run
        that isn't found may well go on.
        """
        try:
            found = self.get(run)
            if found is None:
                return None
            ended = found["status"] == ENDED
            if ended or not runner:
                return not ended
            jobs = self.github.pages(f"actions/runs/{run}/jobs", "jobs", filter="all")
            own = [job["status"] for job in jobs if (job["runner_name"], job["run_attempt"]) == (runner, attempt)]
        except NotAllowed:
            return None
        return not own or any(status != ENDED for status in own)

    def listed(self, workflow: str, **query: Any) -> list[dict[str, Any]]:
        """Runs of a workflow, newest first (`status`, `branch`, `event` narrow them down)."""
        return list(self.github.pages(f"actions/workflows/{workflow}/runs", "workflow_runs", **query))

    def asking(self, workflow: str) -> tuple[Asking, ...]:
        """Runs of a workflow that wait for a person and do nothing else."""
        return tuple(
            Asking(run["id"], run["head_sha"], tuple(item["environment"]["name"] for item in self._pending(run["id"])))
            for run in self.listed(workflow, status="waiting")
        )

    def _pending(self, run: int) -> list[dict[str, Any]]:
        return list(self.github.get(f"actions/runs/{run}/pending_deployments"))

    def approvals(self, run: int | str) -> tuple[Approval, ...]:
        """Reviews of the run's environments."""
        return tuple(
            Approval(
                person=item["user"]["login"],
                state=item["state"],
                environments=tuple(place["name"] for place in item["environments"]),
                comment=item["comment"],
            )
            for item in self.github.get(f"actions/runs/{run}/approvals")
        )
