"""The evidence of a rollout: its figures as JSON and its plot, on the branch `evidence`; for `local` in the clone."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from amlops.evidence import BRANCH, Evidence, of_release
from amlops.github import Run, written_by
from amlops.releases import Stage
from amlops.releases.files import write_atomically
from amlops.rollout.history import History
from amlops.rollout.plot import plot

Json = dict[str, Any]


def is_proven(current: Mapping[str, Any] | None, previous: Mapping[str, Any] | None) -> bool:
    """Whether the evidence says that the current release has the traffic and is healthy.

    Evidence of the previous one that was written later means that a person went back to the current one since.
    """
    if current is None or current.get("verdict") != "healthy":
        return False
    return previous is None or _written_at(previous) <= _written_at(current)


@dataclass(frozen=True)
class Kept(ABC):
    """Of one deployment in one environment."""

    deployment: str
    environment: str

    def proven(self, stage: Stage) -> bool:
        """See `is_proven`; an empty stage is. Raises AmlopsError."""
        if stage.current is None:
            return True
        previous = None if stage.previous is None else self.read(self.path(stage.previous))
        return is_proven(self.read(self.path(stage.current)), previous)

    def write(self, history: History, at: datetime) -> str | None:
        """Keeps it, unless an earlier run of the same rollout did; gives the plot's address, where it has one.

        What was measured of a release in its rollout stays where only its smoke test is new, as where a person made one
        current that was rejected. Raises AmlopsError.
        """
        path, picture = self.path(history.release), picture_path(self.path(history.release))
        found = self.read(path)
        if not _same(found, history):
            files: dict[str, Mapping[str, Any] | str]
            if history.verdict == "healthy" and not history.phases and found is not None:
                new = {key: history.as_dict()[key] for key in ("verdict", "reason", "sentence")}
                files = {path: {**found, **({} if found.get("verdict") == "healthy" else new), "written": self.by(at)}}
            else:
                files = {path: {**history.as_dict(), "picture": picture, "written": self.by(at)}}
                files[picture] = plot(history)
            message = f"rollout of {history.release}, {self.deployment} in {self.environment}: {history.verdict}"
            self.put(files, message)
        return self.address(picture)

    def path(self, release: str) -> str:
        return of_release(self.deployment, release, f"rollout-{self.environment}")

    @abstractmethod
    def read(self, path: str) -> Json | None: ...

    @abstractmethod
    def put(self, files: Mapping[str, Mapping[str, Any] | str], message: str) -> None: ...

    @abstractmethod
    def by(self, at: datetime) -> Json:
        """Who writes, as gates read it."""

    @abstractmethod
    def address(self, picture: str) -> str | None: ...


@dataclass(frozen=True)
class KeptInGit(Kept):
    evidence: Evidence
    run: Run | None

    def read(self, path: str) -> Json | None:
        return self.evidence.read(path)

    def put(self, files: Mapping[str, Mapping[str, Any] | str], message: str) -> None:
        self.evidence.write(files, message)

    def by(self, at: datetime) -> Json:
        return written_by(self.run, at, self.evidence.git.resolve("HEAD"))

    def address(self, picture: str) -> str | None:
        if self.run is None:
            return None
        return f"{self.run.server_url}/{self.run.repository}/blob/{BRANCH}/{picture}?raw=true"


@dataclass(frozen=True)
class KeptInFolder(Kept):
    """`folder` holds what the branch would."""

    folder: Path

    def read(self, path: str) -> Json | None:
        file = self.folder / path
        found: Json | None = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None
        return found

    def put(self, files: Mapping[str, Mapping[str, Any] | str], message: str) -> None:
        for path, what in files.items():
            text = (
                what if isinstance(what, str) else json.dumps(what, indent=2, ensure_ascii=False, sort_keys=True) + "\n"
            )
            write_atomically(self.folder / path, text)

    def by(self, at: datetime) -> Json:
        return written_by(None, at, None)

    def address(self, picture: str) -> str | None:
        return None


def picture_path(path: str) -> str:
    return f"{path.removesuffix('.json')}.svg"


def _same(found: Mapping[str, Any] | None, history: History) -> bool:
    """Whether this is the evidence of the same rollout with the same end."""
    wanted = history.as_dict()
    return found is not None and all(found.get(key) == wanted[key] for key in ("began", "verdict", "reason", "old"))


def _written_at(found: Mapping[str, Any]) -> str:
    """ISO 8601 in UTC, so that texts compare as times do."""
    written = found.get("written")
    return str(written.get("at", "")) if isinstance(written, Mapping) else ""
