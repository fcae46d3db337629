"""What a benchmark gives, and the page that shows it."""

from __future__ import annotations

import datetime as dt
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One line: what was measured, the figures, and the aim with whether it was met (None where there is no aim)."""

    what: str
    found: str
    aim: str = ""
    met: bool | None = None

    def row(self) -> str:
        mark = {True: "yes", False: "**no**", None: ""}[self.met]
        return f"| {self.what} | {self.found} | {self.aim} | {mark} |"


def median_of(runs: int, measure: Callable[[], float]) -> float:
    """The median of some runs: one noisy neighbour does not decide."""
    return statistics.median(measure() for _ in range(runs))


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def rss_mb(pid: int) -> float:
    """Resident memory of one process in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def page(figures: Sequence[Figure]) -> str:
    """The whole page."""
    cores = len(os.sched_getaffinity(0))
    model = next(
        (
            line.split(":", 1)[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) / 1024 / 1024
    rows = "\n".join(figure.row() for figure in figures)
    return f"""# Performance

Written by `make bench` on {dt.date.today().isoformat()}: {cores} cores ({model}), {memory:.0f} GiB,
Python {platform.python_version()}.
Ratios are of one run on one machine; absolute figures tell of that machine only.

| what | found | aim | met |
|---|---|---|---|
{rows}
"""
