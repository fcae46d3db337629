"""A change's whole way from a branch to prod through the workflows: the story that tests/workflows tells."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .figures import Figure

AIM = 360.0  # seconds
REPOSITORY = Path(__file__).resolve().parents[2]
TEST = "tests/workflows/test_story.py"
_CALL = re.compile(r"^([\d.]+)s call ", re.MULTILINE)


def measure(folder: Path) -> Iterator[Figure]:
    """Without the world that it begins with. Raises CalledProcessError where the story goes wrong."""
    words = ["-m", "pytest", "-q", "--durations=0", f"--basetemp={folder / 'pytest'}", TEST]
    done = subprocess.run([sys.executable, *words], cwd=REPOSITORY, check=True, capture_output=True, text=True)
    (taken,) = map(float, _CALL.findall(done.stdout))
    what = "from a branch to prod and its soak, only through git and the workflows under act"
    yield Figure(what, f"{taken:.0f} s", f"≤ {AIM:.0f} s", taken <= AIM)
