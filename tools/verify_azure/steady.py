"""Tells what goes on, or nobody: a terminal that was closed, or a pipe that nobody reads, ends no clean-up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from amlops.progress import Progress


class Steady:
    """As `Progress`, in plain lines."""

    def __init__(self, told: Progress) -> None:
        self._told = told

    def line(self, text: str) -> None:
        with suppress(OSError, ValueError):
            self._told.line(text)

    def hint(self, text: str) -> None:
        pass

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.line(f"{title} …")
        yield
