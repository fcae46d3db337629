"""The local Azure's clock: real time, moved forward at will. Probes, schedules and expiries run on it."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

from .store import Store


class Clock:
    """Seconds since the epoch, plus what was added. Moving it back is refused: expiries would come alive again."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ahead = float(store.record("clock", "ahead") or 0.0)
        self._moved = asyncio.Event()

    def now(self) -> float:
        return time.time() + self._ahead

    def iso(self) -> str:
        """Now as ARM writes it: `2026-01-31T12:00:00.0000000Z`."""
        return datetime.fromtimestamp(self.now(), UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")

    def advance(self, seconds: float) -> None:
        """Move forward; sleepers whose time has come wake at once. Raises ValueError for a negative number."""
        if seconds < 0:
            raise ValueError("the clock moves forward only")
        self._ahead += seconds
        self._store.set_record("clock", "ahead", self._ahead)
        self._moved.set()
        self._moved = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        """Until that much time has gone by on this clock."""
        until = self.now() + seconds
        while (left := until - self.now()) > 0:
            try:
                await asyncio.wait_for(self._moved.wait(), left)
            except TimeoutError:
                return

    def view(self) -> dict[str, Any]:
        return {"now": self.iso(), "aheadSeconds": self._ahead}
