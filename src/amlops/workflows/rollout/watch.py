"""What died: rollouts that wait in git while nobody holds their stack's lease. Each is started again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from amlops.applied import applied_commit
from amlops.config import LOCAL, ConfigError, Repository
from amlops.config.document import document_of
from amlops.errors import AmlopsError
from amlops.evidence import Evidence, of_release
from amlops.git import Git, GitFailed
from amlops.releases import Stage, stage_of
from amlops.stacks.lease import held, may_take, read_lease
from amlops.stacks.lease_holder import Lives

from ..main_branch import main_of, stage_at
from .kept import is_proven

State = Literal["started", "held", "unapplied", "broken"]


@dataclass(frozen=True, slots=True)
class Watched:
    """A stack whose rollout is not at its end. `why` says what is left to do, who holds it, or what it waits for."""

    stack: str
    state: State
    why: str

    def as_dict(self) -> dict[str, Any]:
        return {"stack": self.stack, "state": self.state, "why": self.why}


@dataclass(frozen=True, slots=True)
class Watch:
    """`now` is the server's time, `lives` says whether a lease's holder does, `start` is given a stack."""

    repo: Repository
    git: Git
    now: Callable[[], datetime]
    lives: Lives
    start: Callable[[str], None]

    def look(self) -> tuple[Watched, ...]:
        """Starts what is left to do by main's head; a broken stage, or `refs/applied`, keeps no other one back. Raises
        GitFailed, AmlopsError."""
        head = main_of(self.git)
        stages, found = list(self._stages(head)), []
        proven = self._proven(stages)
        for deployment, environment, stage in stages:
            if isinstance(stage, ConfigError):
                found.append(Watched(f"{environment}.{deployment}", "broken", str(stage)))
            elif (left := _left(stage, (deployment, environment) in proven)) is not None:
                found.append(self._look_after(deployment, environment, *left))
        return tuple(found)

    def _stages(self, head: str) -> Iterator[tuple[str, str, Stage | ConfigError]]:
        wanted = [path for path in self.git.files(head, "deployments") if path.count("/") == 3 and "/stages/" in path]
        for path, text in sorted(self.git.texts(head, wanted).items()):
            _, deployment, _, file = path.split("/")
            environment = file.removesuffix(".yaml")
            if environment == LOCAL:
                continue
            try:
                stage = stage_of(document_of(text, self.repo.root / path, root=self.repo.root))
            except ConfigError as error:
                yield deployment, environment, error
                continue
            yield deployment, environment, stage

    def _proven(self, stages: list[tuple[str, str, Stage | ConfigError]]) -> set[tuple[str, str]]:
        """Where evidence says that the current release has the traffic."""
        paths = {
            (deployment, environment): tuple(
                None if release is None else of_release(deployment, release, f"rollout-{environment}")
                for release in (stage.current, stage.previous)
            )
            for deployment, environment, stage in stages
            if isinstance(stage, Stage) and stage.candidate is None and stage.current is not None
        }
        read = Evidence(self.git).read_all({path for pair in paths.values() for path in pair if path is not None})
        return {
            place
            for place, (current, previous) in paths.items()
            if is_proven(read.get(current or ""), read.get(previous or ""))
        }

    def _look_after(self, deployment: str, environment: str, release: str, why: str) -> Watched:
        stack = f"{environment}.{deployment}"
        try:
            at = applied_commit(self.git, stack)
            stage = Stage() if at is None else stage_at(self.repo, self.git, at, deployment, environment)
        except GitFailed:
            raise
        except AmlopsError as error:
            return Watched(stack, "broken", str(error))
        if release not in stage.running:
            return Watched(stack, "unapplied", f"{why}; the stack was not applied with it yet")
        taken = read_lease(self.git, stack)
        if taken is not None:
            now = self.now()
            if not may_take(taken[1], now, self.lives):
                return Watched(stack, "held", f"{why}; {held(taken[1], now)}")
        self.start(stack)
        return Watched(stack, "started", why)


def _left(stage: Stage, proven: bool) -> tuple[str, str] | None:
    """The release that a rollout is about, and what is left to do; None where nothing is."""
    if stage.candidate is not None:
        return stage.candidate, f"{stage.candidate} is to be rolled out"
    if stage.current is not None and not proven:
        return stage.current, f"nothing says yet that {stage.current} has the traffic and is healthy"
    return None
