"""Worlds to run the workflows in, each made when it is first asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from .company import first_release
from .world import KEPT, World, world


@pytest.fixture
def github_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A simulated GitHub with this repository, and no Azure: pull requests need none."""
    with world(tmp_path_factory.mktemp("world"), azure=False) as found:
        yield found


@pytest.fixture(scope="session")
def platforms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world that has ended, with the registry and every platform applied by the workflow `apply`."""
    return _kept("platforms", tmp_path_factory, world, World.bring_up)


@pytest.fixture(scope="session")
def running(platforms: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world that has ended, with a release current in every environment."""
    return _kept("running", tmp_path_factory, partial(world, base=platforms), first_release)


@pytest.fixture
def deployed(running: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of its own for the test, where a release runs in every environment."""
    with world(tmp_path_factory.mktemp("world"), base=running) as found:
        yield found


@pytest.fixture
def brought_up(platforms: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of its own for the test, with registry and platforms as a real company has them on its first day."""
    with world(tmp_path_factory.mktemp("world"), base=platforms) as found:
        yield found


def _kept(
    name: str,
    folders: pytest.TempPathFactory,
    begin: Callable[[Path], AbstractContextManager[World]],
    then: Callable[[World], object],
) -> Path:
    """The folder of a world that has ended, after `then`.

    WORKFLOWS_FOLDER names a folder that keeps it from run to run, for who writes these tests.
    """
    kept = os.environ.get("WORKFLOWS_FOLDER")
    root = Path(kept) / name if kept else folders.mktemp(name)
    if not (root / KEPT).exists():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        with begin(root) as found:
            then(found)
    return root
