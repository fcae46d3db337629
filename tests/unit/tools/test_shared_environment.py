"""Clones that share one virtual environment: linked where it fits, left alone where it doesn't."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.setup import python


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with a lock, an environment that was made from it, and the variable that names it."""
    found = tmp_path / "clone"
    found.mkdir()
    (found / "requirements-local.lock").write_text("one==1\n")
    shared = tmp_path / "shared"
    (shared / "bin").mkdir(parents=True)
    (shared / "bin/python").touch()
    (shared / ".made-from").write_text(f"{python._lock_key(found)}\n{tmp_path}/another")
    monkeypatch.setenv(python.SHARED, str(shared))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return found


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The environments that would have been made."""
    found: list[Path] = []

    def make(_: Path, venv: Path, __: Path) -> Path:
        found.append(venv)
        return venv / "bin"

    monkeypatch.setattr(python, "_make", make)
    return found


def test_one_of_the_same_lock_is_linked(clone: Path, made: list[Path], tmp_path: Path) -> None:
    """Nothing is installed, and doing it again changes nothing; an environment of the clone's own gives way."""
    (clone / ".venv/lib").mkdir(parents=True)
    for _ in range(2):
        assert python.environment(clone, Path("uv")) == clone / ".venv/bin"
        assert (clone / ".venv").readlink() == tmp_path / "shared"
    assert made == []


def test_one_of_another_lock_is_not_touched(clone: Path, made: list[Path], tmp_path: Path) -> None:
    """The clone gets its own, and a link from before is taken away: the shared one must not be changed through it."""
    (clone / ".venv").symlink_to(tmp_path / "shared")
    (clone / "requirements-local.lock").write_text("one==2\n")
    assert python.environment(clone, Path("uv")) == clone / ".venv/bin"
    assert made == [clone / ".venv"]
    assert not (clone / ".venv").exists()


def test_one_that_is_missing_is_made_there(
    clone: Path, made: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the first clone that wants it."""
    monkeypatch.setenv(python.SHARED, str(tmp_path / "new"))
    python.environment(clone, Path("uv"))
    assert made[0] == tmp_path / "new"


def test_without_the_variable_the_clone_has_its_own(
    clone: Path, made: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As ever."""
    monkeypatch.delenv(python.SHARED)
    python.environment(clone, Path("uv"))
    assert made == [clone / ".venv"]
