"""What the engine asks to run, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Program:
    """What the engine asks to run. `entry` is a file or "." for a folder with a `__main__.py`."""

    folder: str
    entry: str
    working_folder: str
    arguments: tuple[str, ...]
    project: str
    stack: str
    organization: str
    config: Mapping[str, str] = field(repr=False)
    secret_keys: tuple[str, ...]
    monitor: str
    engine: str
    parallel: int
    dry_run: bool

    @property
    def path(self) -> Path:
        return Path(self.folder) / self.entry if self.entry not in ("", ".") else Path(self.folder)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a program ended. `bail`: the user has been told already, the engine is to stop without another word."""

    error: str = ""
    bail: bool = False
