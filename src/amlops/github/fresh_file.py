"""A file with a token that is replaced in time, for as long as somebody needs it."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from amlops.errors import AmlopsError

Pause = Callable[[float], None]
SHARE = 0.5
"""Part of a token's life after which the next one is fetched."""
SHORTEST = 0.2
AGAIN = 5.0
"""Seconds until the next try after GitHub gave none."""


@dataclass
class FreshFile:
    """`fetch` gives a token and its life in seconds; it waits by the function that it is given, which returns at once
    when the file is closed. `what` names the token where it could not be renewed."""

    path: Path
    what: str
    fetch: Callable[[Pause], tuple[str, float]] = field(repr=False)
    _ended: threading.Event = field(default_factory=threading.Event, init=False, repr=False)
    _thread: threading.Thread | None = field(default=None, init=False, repr=False)

    def open(self) -> None:
        """Raises what `fetch` raises."""
        token, life = self.fetch(self._pause)
        self._write(token)
        self._thread = threading.Thread(target=self._renew, args=(life,), name=self.path.name, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._ended.set()
        if self._thread is not None:
            self._thread.join()
        self.path.unlink(missing_ok=True)

    def _pause(self, seconds: float) -> None:
        self._ended.wait(seconds)

    def _renew(self, life: float) -> None:
        wait = _until_next(life)
        while not self._ended.wait(wait):
            try:
                token, life = self.fetch(self._pause)
                self._write(token)
                wait = _until_next(life)
            except (AmlopsError, OSError) as error:
                sys.stderr.write(f"{self.what} was not renewed, another try in {AGAIN:.0f} s: {error}\n")
                wait = AGAIN

    def _write(self, token: str) -> None:
        """By rename, so that no reader sees half of one; readable for its owner only."""
        draft = self.path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(token)
        draft.replace(self.path)


def _until_next(life: float) -> float:
    return max(life * SHARE, SHORTEST)
