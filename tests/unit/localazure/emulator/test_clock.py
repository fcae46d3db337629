"""The clock: real time, moved forward only, on disk."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from localazure.emulator.clock import Clock
from localazure.emulator.store import Store

pytestmark = pytest.mark.emulator_only


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "state.db")


def test_it_stays_moved(store: Store) -> None:
    """An hour ahead is an hour ahead after a restart, too."""
    clock = Clock(store)
    before = clock.now()
    clock.advance(3600)
    assert clock.now() >= before + 3600
    assert Clock(store).now() >= before + 3600


def test_it_is_never_moved_back(store: Store) -> None:
    """What has expired stays expired."""
    with pytest.raises(ValueError, match="forward"):
        Clock(store).advance(-1)


def test_who_sleeps_wakes_when_it_is_moved(store: Store) -> None:
    """A sleep of an hour ends as soon as the clock was moved by one; half an hour is not enough."""

    async def wait() -> None:
        clock = Clock(store)
        sleeper = asyncio.create_task(clock.sleep(3600))
        await asyncio.sleep(0)
        clock.advance(1800)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not sleeper.done()
        clock.advance(1800)
        await asyncio.wait_for(sleeper, 30)

    asyncio.run(wait())


def test_its_text(store: Store) -> None:
    """As ARM writes times: seven digits and a Z."""
    text = Clock(store).iso()
    assert text.endswith("Z")
    assert len(text) == len("2026-01-31T12:00:00.0000000Z")
