"""Folders in memory for tests that write much."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.support import memory


def test_folder_goes_with_the_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a fresh one each time, and nothing of it stays."""
    monkeypatch.setattr(memory, "MEMORY", tmp_path)
    monkeypatch.setattr(memory, "NEEDED", 0)
    with memory.in_memory(tmp_path / "disk") as one, memory.in_memory(tmp_path / "disk") as other:
        (one / "file").touch()
        assert (one.parent, other.parent, one != other) == (tmp_path, tmp_path, True)
    assert list(tmp_path.iterdir()) == []


def test_the_disk_is_used_where_there_is_too_little_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too little of it, or none that a path leads to."""
    monkeypatch.setattr(memory, "NEEDED", 1 << 62)
    with memory.in_memory(tmp_path) as found:
        assert found == tmp_path
    monkeypatch.setattr(memory, "MEMORY", tmp_path / "none")
    with memory.in_memory(tmp_path) as found:
        assert found == tmp_path
    assert tmp_path.is_dir()
