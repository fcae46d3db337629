"""One workspace for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.jobs import workspace
from tests.contract.jobs.workspace import Workspace
from tests.support.cloud import LocalCloud


@pytest.fixture(scope="session")
def lab(cloud: LocalCloud) -> Iterator[Workspace]:
    """A workspace; its clients find this cloud in their environment variables."""
    with workspace.prepared(cloud):
        yield workspace.create(cloud)
