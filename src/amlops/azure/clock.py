"""The server's time, read from its answers: a runner's own clock may be wrong, and a rehearsal moves the cloud's."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FRESH = 5.0
"""Seconds for which an answer's time is counted on; after that the server is asked again."""


class ServerClock:
    """`ask` sends any request whose answer comes back to `heard`."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask = ask
        self._last: tuple[datetime, float] | None = None

    def heard(self, date: str | None) -> None:
        """Takes the `Date` header of an answer; one that can't be read is none."""
        try:
            found = parsedate_to_datetime(date or "")
        except ValueError:
            return
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        self._last = (aware.astimezone(UTC), time.monotonic())

    def known(self) -> datetime | None:
        """The time by the last answer, None where there was none; nobody is asked."""
        if self._last is None:
            return None
        said, at = self._last
        return said + timedelta(seconds=time.monotonic() - at)

    def now(self) -> datetime:
        """UTC, to the second. Raises what `ask` raises; the system's clock where the server gives no time at all."""
        if self._last is None or time.monotonic() - self._last[1] > FRESH:
            self._ask()
        return self.known() or datetime.now(UTC)
