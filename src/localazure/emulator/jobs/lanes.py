"""Who waits for a node of which compute: first come, first served, as many at once as the compute has nodes."""

from __future__ import annotations

import asyncio
import os
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ..arm.ids import ArmId
from ..store import Store

_LOOK_AGAIN = 0.5  # seconds after which a waiting job sees that its compute was scaled


class Lanes:
    """One lane a compute. A job holds a node from Running to its end."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._busy: Counter[str] = Counter()
        self._waiting: defaultdict[str, deque[object]] = defaultdict(deque)
        self._freed = asyncio.Event()

    @asynccontextmanager
    async def node(self, workspace: ArmId, compute: str | None) -> AsyncIterator[None]:
        """Wait for a node of the compute (None is serverless) and hold it."""
        lane = ArmId(compute).key if compute else f"{workspace.key}/serverless"
        ticket = object()
        self._waiting[lane].append(ticket)
        try:
            while self._waiting[lane][0] is not ticket or self._busy[lane] >= nodes(self._store, compute):
                await self._wait()
        finally:
            self._waiting[lane].remove(ticket)
            self._wake()
        self._busy[lane] += 1
        try:
            yield
        finally:
            self._busy[lane] -= 1
            self._wake()

    async def _wait(self) -> None:
        freed = self._freed
        try:
            async with asyncio.timeout(_LOOK_AGAIN):
                await freed.wait()
        except TimeoutError:
            return

    def _wake(self) -> None:
        self._freed.set()
        self._freed = asyncio.Event()


def nodes(store: Store, compute: str | None) -> int:
    """How many jobs a compute runs at once: its most nodes; one a core of this machine where it is serverless."""
    if compute is None:
        return os.cpu_count() or 1
    resource = store.get(compute)
    if resource is None:
        return 0
    scale = (resource.properties.get("properties") or {}).get("scaleSettings") or {}
    if resource.properties.get("computeType") == "AmlCompute":
        return int(scale.get("maxNodeCount", 1))
    return 1
