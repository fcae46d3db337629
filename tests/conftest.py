"""The order of the tests: what takes longest comes first. One file, one process (Makefile)."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
LONGEST = ("workflows/test_killed_apply.py", "workflows", "e2e", "gitops")
"""Files and folders; the rest comes after them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Each process that gets some of the end-to-end tests has a clone of its own, so these begin together."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    inside = [number for number, name in enumerate(LONGEST) if item.path.is_relative_to(HERE / name)]
    return min(inside, default=len(LONGEST))
