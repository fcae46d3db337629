"""One workspace for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.contract.jobs import workspace
from tests.contract.jobs.workspace import Workspace
from tests.support.cloud import LocalCloud
from tests.support.ml_client import pointed


@pytest.fixture(scope="session")
def lab(cloud: LocalCloud) -> Workspace:
    return workspace.create(cloud)


@pytest.fixture(scope="module", autouse=True)
def clients(cloud: LocalCloud) -> Iterator[None]:
    """They find this cloud in their environment variables, whatever another room had there."""
    with pointed(cloud):
        yield
