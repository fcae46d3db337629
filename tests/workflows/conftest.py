"""Worlds to run the workflows in, each made when it is first asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from .world import KEPT, World, world

Opens = Callable[[], AbstractContextManager[World]]


@pytest.fixture
def github_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A simulated GitHub with this repository, and no Azure: pull requests need none."""
    with world(tmp_path_factory.mktemp("world"), azure=False) as found:
        yield found


@pytest.fixture(scope="session")
def platforms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world that has ended, with the registry and every platform applied by the workflow `apply`.

    WORKFLOWS_FOLDER names a folder that keeps it from run to run, for who writes these tests.
    """
    kept = os.environ.get("WORKFLOWS_FOLDER")
    root = Path(kept) / "platforms" if kept else tmp_path_factory.mktemp("platforms")
    if not (root / KEPT).exists():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        with world(root) as found:
            found.bring_up()
    return root


@pytest.fixture
def brought_up(platforms: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of its own for the test, with registry and platforms as a real company has them on its first day."""
    opens: Opens = partial(world, tmp_path_factory.mktemp("world"), base=platforms)
    with opens() as found:
        yield found
