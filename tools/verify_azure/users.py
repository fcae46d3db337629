"""Users of the endpoint: a few requests a second for as long as they are there, each counted, none tried twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from amlops.errors import AmlopsError
from amlops.rollout.figures import minute_of
from amlops.workflows.rehearsal.traffic import Client, Target

RATE = 2.0
"""Requests a second."""


@dataclass
class Users:
    """`now` is Azure's time. `answered` counts by minute and ARM deployment, `failed` by what went wrong."""

    target: Target
    now: Callable[[], datetime]
    answered: Counter[tuple[datetime, str]] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._client = Client(self.target, RATE, self._heard)

    def start(self) -> None:
        self._client.start()

    def stop(self) -> None:
        self._client.stop()

    @property
    def total(self) -> int:
        return sum(self.answered.values()) + sum(self.failed.values())

    def in_minute(self, minute: datetime) -> int:
        """Answers of a minute, of all deployments."""
        return sum(count for (at, _), count in self.answered.items() if at == minute)

    def whole_minutes(self) -> list[datetime]:
        """Minutes through which they asked, without the first and the last."""
        known = sorted({at for at, _ in self.answered})
        return [at for at in known[1:-1] if at - timedelta(minutes=1) in known]

    def _heard(self, deployment: str, failure: str) -> None:
        if failure:
            self.failed[f"{deployment or 'nobody'} {failure}"] += 1
        else:
            self.answered[minute_of(self._moment()), deployment] += 1

    def _moment(self) -> datetime:
        try:
            return self.now()
        except AmlopsError:
            return datetime.now(UTC)
