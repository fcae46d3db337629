"""A local Azure of a test module's own, whose clock, faults and operations it may change."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from azure.core.rest import HttpRequest
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.support import cloud as support
from tests.support.cloud import Caller, LocalCloud

from .conftest import FOREIGN


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Running, with one resource group `rg`."""
    with pytest.MonkeyPatch.context() as patch:
        for name in FOREIGN:
            patch.delenv(name, raising=False)
        with support.running(tmp_path_factory.mktemp("rehearsal")) as found:
            with found.client(ResourceManagementClient) as client:
                client.resource_groups.create_or_update("rg", {"location": found.location})
            yield found


@pytest.fixture(autouse=True)
def as_it_was(rehearsal: LocalCloud) -> Iterator[None]:
    """Each test begins without faults and with operations that finish at once."""
    rehearsal.control("PUT", "operations", {"mode": "at-once"})
    rehearsal.control("PUT", "faults", {"rules": []})
    rehearsal.control("PUT", "access", {"delaySeconds": 0})
    yield


def send(
    cloud: LocalCloud, method: str, path: str, body: Any = None, *, caller: Caller | None = None, **headers: str
) -> Any:
    """One request to ARM, as it is; `path` is below the subscription. Gives the answer, with its body read."""
    url = path if path.startswith("https://") else f"{cloud.endpoint}{cloud.subscription}{path}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with cloud.client(ResourceManagementClient, caller) as client:
        return client._client.send_request(HttpRequest(method, url, json=body, headers=named))


def unique(prefix: str) -> str:
    return f"{prefix}{uuid.uuid4().hex[:8]}"
