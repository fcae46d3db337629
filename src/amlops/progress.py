"""What a run tells while it goes on: live on a terminal, plain lines elsewhere. It writes to standard error, so that
standard output holds results only.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status


class Progress(Protocol):
    """A step has a title and ends with its time; a line is told once; a hint says what goes on and is overwritten."""

    def line(self, text: str) -> None: ...

    def hint(self, text: str) -> None: ...

    def step(self, title: str) -> AbstractContextManager[None]: ...


class Plain:
    """Lines with the seconds since the start. Hints are left out."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._started = time.monotonic()

    def line(self, text: str) -> None:
        for part in text.splitlines() or [""]:
            self._stream.write(f"{time.monotonic() - self._started:6.1f} s  {part}\n")
        self._stream.flush()

    def hint(self, text: str) -> None:
        pass

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        started = time.monotonic()
        self.line(f"{title} …")
        yield
        self.line(f"{title}: {time.monotonic() - started:.1f} s")


class Live:
    """A spinner with the step that goes on; what is done stays as a line above it."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console: Console = Console(stderr=True, highlight=False)
        self._status: Status | None = None
        self._title = ""

    def line(self, text: str) -> None:
        self._console.print(text, style="dim", markup=False)

    def hint(self, text: str) -> None:
        if self._status is not None:
            self._status.update(f"{self._title} [dim]· {_escaped(text)}[/dim]")

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        started, before, self._title = time.monotonic(), self._title, _escaped(title)
        nested = self._status is not None
        if self._status is None:
            self._status = self._console.status(self._title)
            self._status.start()
        mark = "[red]✗[/red]"
        try:
            yield
            mark = "[green]✓[/green]"
        finally:
            if not nested and self._status is not None:
                self._status.stop()
                self._status = None
            self._title = before
            self._console.print(f"{mark} {_escaped(title)} [dim]{time.monotonic() - started:.1f} s[/dim]")


def progress() -> Progress:
    """Live where standard error is a terminal, else plain lines."""
    return Live() if sys.stderr.isatty() else Plain()


def _escaped(text: str) -> str:
    return text.replace("[", r"\[")
