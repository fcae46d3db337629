"""Clocks that run faster than real time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

TICK = 0.2
"""Real seconds between two moves of the clocks while they run faster."""


@contextmanager
def running_faster(times: float, *advance: Callable[[float], object]) -> Iterator[None]:
    """So many times as fast as real time; each of `advance` moves a clock by seconds."""
    ended = Event()

    def run() -> None:
        while not ended.wait(TICK):
            for move in advance:
                move(TICK * (times - 1))

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
