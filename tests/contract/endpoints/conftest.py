"""One workspace for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

from tests.contract.jobs import workspace as support
from tests.contract.jobs.workspace import Workspace
from tests.support.cloud import LocalCloud
from tests.support.ml_client import pointed


@pytest.fixture(scope="session")
def place(cloud: LocalCloud) -> Workspace:
    return support.create(cloud)


@pytest.fixture(scope="module", autouse=True)
def clients(cloud: LocalCloud) -> Iterator[None]:
    """They find this cloud in their environment variables, whatever another room had there."""
    with pointed(cloud):
        yield


@pytest.fixture
def endpoints(place: Workspace) -> Iterator[Any]:
    """The management client."""
    with place.cloud.client(MachineLearningServicesMgmtClient) as client:
        yield client
