"""What the front answered, request by request: kept in the store, from which metrics and logs are computed.

Requests are written twice a second, all at once: a kill -9 loses that much of them and nothing else. The latest 100,000
are kept, whatever their endpoint.
"""

from __future__ import annotations

import asyncio
import logging
import math
import sqlite3
from dataclasses import dataclass
from typing import Any

from ..store import Store

log = logging.getLogger(__name__)

KEPT = 100_000
_STREAM = "traffic"
_PAUSE = 0.5  # seconds that a request may wait in memory
_MOST_WAITING = 10_000  # requests in memory while the store can't be written


@dataclass(frozen=True, slots=True)
class Served:
    """One request. `model_status` is the script's own status, None where it was not asked or did not answer."""

    at: float  # emulator's clock
    endpoint: str  # resource id, lower case
    deployment: str  # "" where none was chosen
    status: int
    model_status: int | None
    seconds: float
    mirrored: bool = False
    method: str = ""
    path: str = ""
    request_id: str = ""
    client_request_id: str = ""
    user_agent: str = ""
    received: int = 0  # bytes of the request's body
    sent: int = 0  # bytes of the answer's

    def row(self) -> list[Any]:
        """Everything but the endpoint, in the order of the fields."""
        return [
            self.at,
            self.deployment,
            self.status,
            self.model_status,
            round(self.seconds, 6),
            self.mirrored,
            self.method,
            self.path,
            self.request_id,
            self.client_request_id,
            self.user_agent,
            self.received,
            self.sent,
        ]


class Requests:
    """Requests as they come, and those of an endpoint."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Served] = []
        self._due: asyncio.TimerHandle | None = None

    def add(self, served: Served) -> None:
        if len(self._waiting) < _MOST_WAITING:
            self._waiting.append(served)
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(_PAUSE, self._write)

    def of(self, endpoint: str, since: float = 0.0, until: float = math.inf) -> list[Served]:
        """An endpoint's requests in the order in which they were answered; `endpoint` is its id in lower case."""
        self.flush()
        rows = self._store.entries(_STREAM, endpoint, since, until)
        return [Served(row[0], endpoint, *row[1:]) for row in rows]

    def flush(self) -> None:
        """Write what waits. Raises sqlite3.Error, and it goes on waiting."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if self._waiting:
            entries = [(served.endpoint, served.at, served.row()) for served in self._waiting]
            self._store.append(_STREAM, entries, keep=KEPT)
            self._waiting.clear()

    def _write(self) -> None:
        self._due = None
        try:
            self.flush()
        except sqlite3.Error as problem:
            log.warning("%d requests can't be written: %s", len(self._waiting), problem)
