"""The evidence of a rollout: its figures as JSON and its plot, on the branch `evidence`; for `local` in the clone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from amlops.evidence import BRANCH, Evidence, of_release
from amlops.github import Run
from amlops.releases.files import write_atomically
from amlops.rollout.history import History
from amlops.rollout.plot import plot


class Kept(Protocol):
    def healthy(self, release: str) -> bool:
        """Whether the release's rollout here is known to have ended well."""
        ...

    def write(self, history: History, at: datetime) -> str | None:
        """Keeps it, unless an earlier run of the same rollout did; gives the plot's address, where it has one.

        Raises AmlopsError."""
        ...


@dataclass(frozen=True, slots=True)
class KeptInGit:
    evidence: Evidence
    deployment: str
    environment: str
    run: Run | None

    def healthy(self, release: str) -> bool:
        found = self.evidence.read(self.path(release))
        return found is not None and found.get("verdict") == "healthy"

    def write(self, history: History, at: datetime) -> str | None:
        path, picture = self.path(history.release), picture_path(self.path(history.release))
        address = None
        if self.run is not None:
            address = f"{self.run.server_url}/{self.run.repository}/blob/{BRANCH}/{picture}?raw=true"
        if _same(self.evidence.read(path), history):
            return address
        by = self.run.written(at) if self.run else by_hand(at, self.evidence.git.resolve("HEAD"))
        what = {**history.as_dict(), "picture": picture, "written": by}
        message = f"rollout of {history.release}, {self.deployment} in {self.environment}: {history.verdict}"
        self.evidence.write({path: what, picture: plot(history)}, message)
        return address

    def path(self, release: str) -> str:
        return of_release(self.deployment, release, f"rollout-{self.environment}")


@dataclass(frozen=True, slots=True)
class KeptInFolder:
    """`folder` holds what the branch would."""

    folder: Path
    deployment: str
    environment: str

    def healthy(self, release: str) -> bool:
        found = self._read(of_release(self.deployment, release, f"rollout-{self.environment}"))
        return found is not None and found.get("verdict") == "healthy"

    def write(self, history: History, at: datetime) -> str | None:
        path = of_release(self.deployment, history.release, f"rollout-{self.environment}")
        if _same(self._read(path), history):
            return None
        what = {**history.as_dict(), "picture": picture_path(path), "written": by_hand(at, None)}
        write_atomically(self.folder / path, json.dumps(what, indent=2, ensure_ascii=False, sort_keys=True) + "\n")
        write_atomically(self.folder / picture_path(path), plot(history))
        return None

    def _read(self, path: str) -> dict[str, Any] | None:
        file = self.folder / path
        found: dict[str, Any] | None = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
        return found


def _same(found: dict[str, Any] | None, history: History) -> bool:
    """Whether this is the evidence of the same rollout with the same end."""
    wanted = history.as_dict()
    return found is not None and all(found.get(key) == wanted[key] for key in ("began", "verdict", "reason", "old"))


def picture_path(path: str) -> str:
    return f"{path.removesuffix('.json')}.svg"


def by_hand(at: datetime, commit: str | None) -> dict[str, Any]:
    """`written` outside of GitHub; a gate takes no such evidence for an environment that is guarded."""
    return {"run": None, "url": "", "commit": commit, "workflow": "", "at": at.strftime("%Y-%m-%dT%H:%M:%SZ")}
