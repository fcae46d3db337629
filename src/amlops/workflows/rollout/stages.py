"""The stage that a rollout reads and moves: in git's main branch, or for the environment `local` in its file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.releases import Stage, load_stage, write_stage

from ..main_branch import MAIN, stage_at, stage_change


class Moved(AmlopsError):
    """The stage isn't any more what the decision was made from."""


class Stages(Protocol):
    def read(self) -> Stage:
        """As it is now. Raises AmlopsError, ConfigError."""
        ...

    def write(self, move: Callable[[Stage], Stage], message: str) -> None:
        """Moves what is there now. Raises what `move` raises, AmlopsError."""
        ...


@dataclass
class StageInGit:
    """Read from the remote's main branch, at its head; written as a commit on top of it."""

    git: Git
    repo: Repository
    deployment: str
    environment: str
    _seen: tuple[str, Stage] | None = field(default=None, init=False)

    def read(self) -> Stage:
        ref = f"refs/heads/{MAIN}"
        head = self.git.remote_refs(ref).get(ref)
        if head is None:
            raise AmlopsError(f"{self.git.remote} has no branch {MAIN}", exit_code=3)
        if self._seen is None or self._seen[0] != head:
            if self.git.resolve(head) is None:
                self.git.fetch(ref)
            self._seen = (head, stage_at(self.repo, self.git, head, self.deployment, self.environment))
        return self._seen[1]

    def write(self, move: Callable[[Stage], Stage], message: str) -> None:
        files = stage_change(self.repo, self.git, self.deployment, self.environment, move)
        self.git.push_files(MAIN, lambda parent: files(parent or ""), message)


@dataclass(frozen=True, slots=True)
class StageInFile:
    """The local environment's, which is not in git."""

    repo: Repository
    deployment: str
    environment: str

    def read(self) -> Stage:
        return load_stage(self.repo, self.deployment, self.environment)

    def write(self, move: Callable[[Stage], Stage], message: str) -> None:
        write_stage(self.repo, self.deployment, self.environment, move(self.read()))
