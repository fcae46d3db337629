"""A step of set-up: says what it does and how long it took, and fails with one message."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class SetupFailed(Exception):
    """One message for the person at the terminal: what failed, why it is needed, what mends it."""


class Step:
    """Prints a line when it ends: `  ✓ what it did (3.2 s)`. Skipped steps cost no line but their mark."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.note = ""

    def skip(self, note: str) -> None:
        """The work is already there; `note` says what was found."""
        self.note = note


@contextmanager
def step(name: str) -> Iterator[Step]:
    current, began = Step(name), time.monotonic()
    yield current
    said = f"{current.name}: {current.note}" if current.note else current.name
    sys.stdout.write(f"  ✓ {said} ({time.monotonic() - began:.1f} s)\n")
    sys.stdout.flush()


def run(argv: Sequence[str | Path], *, why: str, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """Run a tool, give what it printed; a failure shows its last lines and what it was for."""
    words = [str(word) for word in argv]
    done = subprocess.run(
        words, cwd=cwd, env={**os.environ, **(env or {})}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode != 0:
        tail = "\n".join(f"    {line}" for line in done.stdout.strip().splitlines()[-12:])
        raise SetupFailed(
            f"{why} failed: `{' '.join(words[:4])} …` ended with {done.returncode}\n{tail}\n"
            "    Nothing half-made was kept. Is the network there, and the disk not full? "
            "Then run the same command again."
        )
    return done.stdout
