"""The code under test runs as a script in Azure ML: its folders are on the path, it is no package."""

from __future__ import annotations

import sys
from pathlib import Path

for folder in ("training", "scoring"):
    sys.path.insert(0, str(Path(__file__).parent.parent / folder))
