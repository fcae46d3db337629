"""The order of the tests: what brings up a clone takes longest, so it comes first. One file, one process (Makefile)."""

from __future__ import annotations

from pathlib import Path

import pytest

E2E = Path(__file__).parent / "e2e"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The end-to-end tests first; each process that gets some of them has a clone of its own."""
    items.sort(key=lambda item: E2E not in item.path.parents)
