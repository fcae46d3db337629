"""The generated JSON files, read from disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read(folder: Path) -> dict[str, dict[str, Any]]:
    """Every table by name, in the order of the names. Raises FileNotFoundError for a folder without tables."""
    found = {file.stem: json.loads(file.read_bytes()) for file in sorted(folder.glob("*.json"))}
    if not found:
        raise FileNotFoundError(f"{folder}: no tables; run python -m tools.generate_tables")
    return found
