"""GitHub's clock: real time, moved forward at will."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import format_datetime


class Clock:
    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time() + self._ahead, UTC)

    def text(self) -> str:
        """As the REST API writes it."""
        return self.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def header(self) -> str:
        """As HTTP's Date header has it."""
        return format_datetime(self.now(), usegmt=True)

    @property
    def ahead(self) -> float:
        """Seconds before real time."""
        return self._ahead

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError("the clock moves forward only")
        self._ahead += seconds
