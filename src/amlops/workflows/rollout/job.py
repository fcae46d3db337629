"""What one run of a rollout works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from amlops.config import Rollout
from amlops.github import Run
from amlops.progress import Progress
from amlops.rollout.endpoint import EndpointState, Place
from amlops.rollout.metrics import Reader
from amlops.rollout.patience import Patience
from amlops.rollout.request_logs import Query
from amlops.rollout.situation import Smoke

from .kept import Kept
from .stages import Stages


class Renews(Protocol):
    """A lease that is held."""

    def renew(self) -> None:
        """Raises AmlopsError (exit code 5) where somebody else took it."""
        ...


class Tests(Protocol):
    def of(self, live: EndpointState, release: str) -> Smoke:
        """Asks the release's ARM deployment. Raises AmlopsError where it isn't the model that fails."""
        ...


@dataclass(frozen=True, slots=True)
class Job:
    """`now` is the server's time; `poll` and `patience` are real seconds; `stack` is for people; `logs` is
    there where requests are counted by them."""

    stack: str
    deployment: str
    environment: str
    settings: Rollout
    place: Place
    now: Callable[[], datetime]
    metrics: Reader
    stages: Stages
    kept: Kept
    smoke: Tests
    lease: Renews
    progress: Progress
    poll: float
    patience: Patience
    run: Run | None = None
    logs: Query | None = None
