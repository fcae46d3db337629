"""One local Azure for all contract tests of a test process."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.support import cloud as support
from tests.support.cloud import LocalCloud
from tests.support.ml_client import pointed

from . import azure_platform as platforms
from .azure_platform import Platform

if TYPE_CHECKING:
    from .jobs.workspace import Workspace

# A shell that was prepared for a local Azure would lead the clients there.
FOREIGN = (
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "CURL_CA_BUNDLE",
    "HTTPS_PROXY",
    "https_proxy",
    "HTTP_PROXY",
    "http_proxy",
)


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """A running local Azure in a temporary home, shared by the session: use a resource group of your own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in FOREIGN:
            if name in os.environ:
                patch.delenv(name)
        with support.running(tmp_path_factory.mktemp("cloud")) as found:
            yield found


@pytest.fixture
def group(cloud: LocalCloud) -> Iterator[str]:
    """The name of a fresh resource group, deleted at the end."""
    name = f"rg-{uuid.uuid4().hex[:8]}"
    with cloud.client(ResourceManagementClient) as client:
        client.resource_groups.create_or_update(name, {"location": cloud.location})
        yield name
        client.resource_groups.begin_delete(name).result()


@pytest.fixture(scope="session")
def platform(cloud: LocalCloud) -> Iterator[Platform]:
    """A whole platform with a workspace; tests add to it under names of their own."""
    made = platforms.make(cloud)
    yield made
    platforms.delete(cloud, made)


@pytest.fixture(scope="session")
def shared_workspace(cloud: LocalCloud) -> Workspace:
    from .jobs import workspace  # takes a second: it brings azure-ai-ml

    return workspace.create(cloud)


@pytest.fixture(scope="module")
def lab(cloud: LocalCloud, shared_workspace: Workspace) -> Iterator[Workspace]:
    """A workspace; its clients find this cloud in their environment variables, whatever another module had there."""
    with pointed(cloud):
        yield shared_workspace
