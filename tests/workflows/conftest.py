"""Worlds to run the workflows in, each made when it is first asked for."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from tests.support.memory import in_memory

from .changing import prepare
from .company import first_release
from .world import KEPT, World, world

SAID = ("act.jsonl", "act.err")
"""What is kept of a run, where pytest keeps folders of tests."""


@pytest.fixture
def github_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A simulated GitHub with this repository, and no Azure: pull requests need none."""
    yield from _own(tmp_path_factory, azure=False)


@pytest.fixture(scope="session")
def platforms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world that has ended, with the registry and every platform applied by the workflow `apply`."""
    return _kept("platforms", tmp_path_factory, world, World.bring_up)


@pytest.fixture(scope="session")
def running(platforms: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A world that has ended, with a release current in every environment."""
    return _kept("running", tmp_path_factory, partial(world, base=platforms), first_release)


@pytest.fixture(scope="session")
def changing(running: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stands before an apply of dev's deployment that creates, updates and deletes; nothing of it runs."""
    folder = tmp_path_factory.mktemp("changing")
    prepare(running, folder)
    return folder


@pytest.fixture
def deployed(running: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of its own for the test, where a release runs in every environment."""
    yield from _own(tmp_path_factory, base=running)


@pytest.fixture
def brought_up(platforms: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world of its own for the test, with registry and platforms as a real company has them on its first day."""
    yield from _own(tmp_path_factory, base=platforms)


def _own(folders: pytest.TempPathFactory, *, azure: bool = True, base: Path | None = None) -> Iterator[World]:
    """A world in memory: most of what it does is to write small files. What its runs said stays on the disk."""
    kept = folders.mktemp("world")
    with in_memory(kept) as root:
        try:
            with world(root, azure=azure, base=base) as found:
                yield found
        finally:
            _keep_what_was_said(root, kept)


def _keep_what_was_said(root: Path, kept: Path) -> None:
    if root == kept:
        return
    for file in root.glob("runs/*/act.*"):
        if file.name in SAID:
            target = kept / file.relative_to(root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)


def _kept(
    name: str,
    folders: pytest.TempPathFactory,
    begin: Callable[[Path], AbstractContextManager[World]],
    then: Callable[[World], object],
) -> Path:
    """The folder of a world that has ended, after `then`.

    WORKFLOWS_FOLDER names a folder that keeps it from run to run, for who writes these tests. It is made in memory
    and moved to its place whole.
    """
    kept = os.environ.get("WORKFLOWS_FOLDER")
    root = Path(kept) / name if kept else folders.mktemp(name)
    if not (root / KEPT).exists():
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        with in_memory(root) as made:
            try:
                with begin(made) as found:
                    then(found)
            finally:
                _keep_what_was_said(made, root)
            if made != root:
                _move(made, root)
    return root


def _move(made: Path, root: Path) -> None:
    """Without the runs' folders; the mark that it is whole comes last."""
    for name in ("azure", "hub", KEPT):
        source = made / name
        if source.is_dir():
            shutil.copytree(source, root / name, symlinks=True)
        else:
            shutil.copy2(source, root / name)
