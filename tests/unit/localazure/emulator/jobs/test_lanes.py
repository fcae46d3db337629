"""Who gets a node of a compute, and when."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from localazure.emulator.arm.ids import ArmId
from localazure.emulator.jobs.lanes import Lanes
from localazure.emulator.store import Resource, Store

pytestmark = pytest.mark.emulator_only

WORKSPACE = ArmId("/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w")
COMPUTE = WORKSPACE.child("computes", "cpu")


def cluster(store: Store, nodes: int) -> None:
    scale = {"scaleSettings": {"maxNodeCount": nodes}}
    store.put(Resource(COMPUTE, {"properties": {"computeType": "AmlCompute", "properties": scale}}))


def test_first_come_first_served(tmp_path: Path) -> None:
    """With one node jobs run one after the other, in the order in which they came."""

    async def run() -> list[str]:
        store = Store(tmp_path / "state.db")
        cluster(store, 1)
        lanes, events = Lanes(store), list[str]()

        async def job(name: str) -> None:
            async with lanes.node(WORKSPACE, COMPUTE.text):
                events.append(f"+{name}")
                await asyncio.sleep(0)
                events.append(f"-{name}")

        await asyncio.gather(*(job(name) for name in "abc"))
        store.close()
        return events

    assert asyncio.run(run()) == ["+a", "-a", "+b", "-b", "+c", "-c"]


def test_a_canceled_job_lets_the_next_one_pass(tmp_path: Path) -> None:
    """Who waits at the head of a lane and is canceled doesn't block it."""

    async def run() -> bool:
        store = Store(tmp_path / "state.db")
        cluster(store, 1)
        lanes, free, passed = Lanes(store), asyncio.Event(), asyncio.Event()

        async def job(until: asyncio.Event, then: asyncio.Event | None = None) -> None:
            async with lanes.node(WORKSPACE, COMPUTE.text):
                await until.wait()
                if then is not None:
                    then.set()

        first = asyncio.create_task(job(free))
        await asyncio.sleep(0)
        waiting = asyncio.create_task(job(free))
        last = asyncio.create_task(job(free, passed))
        await asyncio.sleep(0)
        waiting.cancel()
        free.set()
        await asyncio.gather(first, last)
        store.close()
        return passed.is_set()

    assert asyncio.run(run())


def test_a_compute_that_is_scaled_up_takes_more(tmp_path: Path) -> None:
    """A waiting job sees that its compute has a node now."""

    async def run() -> None:
        store = Store(tmp_path / "state.db")
        cluster(store, 0)
        lanes = Lanes(store)

        async def job() -> None:
            async with lanes.node(WORKSPACE, COMPUTE.text):
                return

        waiting = asyncio.create_task(job())
        await asyncio.sleep(0)
        cluster(store, 1)
        await waiting
        store.close()

    asyncio.run(run())
