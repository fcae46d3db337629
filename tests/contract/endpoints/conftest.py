"""The management client for the tests of this room."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient

from tests.contract.jobs.workspace import Workspace


@pytest.fixture
def endpoints(lab: Workspace) -> Iterator[Any]:
    """The management client."""
    with lab.cloud.client(MachineLearningServicesMgmtClient) as client:
        yield client
