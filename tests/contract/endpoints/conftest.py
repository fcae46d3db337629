"""One workspace for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

from tests.contract.jobs import workspace as support
from tests.contract.jobs.workspace import Workspace
from tests.support.cloud import LocalCloud


@pytest.fixture(scope="session")
def place(cloud: LocalCloud) -> Iterator[Workspace]:
    """A workspace; its clients find this cloud in their environment variables."""
    with support.prepared(cloud):
        yield support.create(cloud)


@pytest.fixture
def endpoints(place: Workspace) -> Iterator[Any]:
    """The management client."""
    with place.cloud.client(MachineLearningServicesMgmtClient) as client:
        yield client
