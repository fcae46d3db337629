"""How tests are spread over processes: one file, one process; what shares the clone of e2e, one process."""

from __future__ import annotations

from pathlib import Path

import pytest

E2E = Path(__file__).parent / "e2e"


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What uses the clone comes first, since it is the longest of the groups."""
    for item in items:
        cloned = E2E in item.path.parents and item.path.name != "test_engine.py"  # that one needs no clone
        group = "clone" if cloned else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))
    items.sort(key=lambda item: E2E not in item.path.parents)
