"""Worlds to run the workflows in, each made when it is first asked for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .world import World, world


@pytest.fixture
def github_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A simulated GitHub with this repository, and no Azure: pull requests need none."""
    with world(tmp_path_factory.mktemp("world"), azure=False) as found:
        yield found
