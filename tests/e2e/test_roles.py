"""A role that is not granted is refused, on what `make up` made."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.storage.blob import BlobServiceClient

from tests.support.clone import Clone
from tests.support.cloud import Caller, LocalCloud

from .local import GROUP, STORAGE, WHERE, WORKSPACE

pytestmark = pytest.mark.e2e
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
CONTAINER = "azureml-blobstore"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with their clients."""

    ml: Any
    resources: Any
    blobs: BlobServiceClient


@pytest.fixture
def cloud(clone: Clone) -> LocalCloud:
    return clone.cloud()


@pytest.fixture
def reader(cloud: LocalCloud) -> Iterator[Person]:
    """Reader of the platform's resource group, and nothing else."""
    caller = cloud.new_caller("reader")
    with ExitStack() as kept:
        grant(kept, cloud, READER, caller)
        yield person(kept, cloud, caller)


def test_a_reader_reads_and_changes_nothing(reader: Person) -> None:
    """GET is answered, each PUT, PATCH and DELETE is 403."""
    workspace = reader.ml.workspaces.get(GROUP, WORKSPACE)
    endpoint = reader.ml.online_endpoints.get(*WHERE)
    refused(lambda: reader.ml.workspaces.begin_create_or_update(GROUP, WORKSPACE, workspace))
    refused(lambda: reader.ml.online_endpoints.begin_create_or_update(*WHERE, endpoint))
    refused(lambda: reader.ml.online_endpoints.begin_update(*WHERE, {"tags": {"a": "b"}}))
    refused(lambda: reader.ml.online_endpoints.begin_delete(*WHERE))
    refused(lambda: reader.resources.resource_groups.create_or_update(GROUP, {"location": workspace.location}))
    assert reader.ml.online_endpoints.get(*WHERE).tags == endpoint.tags


def test_a_reader_gets_no_secret(reader: Person) -> None:
    """The endpoint's keys and the datastores' secrets are 403."""
    refused(lambda: reader.ml.online_endpoints.list_keys(*WHERE))
    refused(lambda: reader.ml.workspaces.list_keys(GROUP, WORKSPACE))
    refused(lambda: reader.ml.datastores.list_secrets(GROUP, WORKSPACE, "workspaceblobstore"))


def test_a_reader_gets_no_blob(reader: Person) -> None:
    """Reader of the account is no reader of its data: list, read and write are 403."""
    (name,) = [c for c in containers(reader.ml) if c.startswith(CONTAINER)]
    container = reader.blobs.get_container_client(name)
    refused(lambda: list(container.list_blobs()), "AuthorizationPermissionMismatch")
    refused(lambda: container.get_blob_client("x").upload_blob(b"x"), "AuthorizationPermissionMismatch")


def test_a_blob_reader_reads_blobs_and_writes_none(cloud: LocalCloud, reader: Person) -> None:
    """With Storage Blob Data Reader the same account lists and reads; to write is still 403."""
    caller = cloud.new_caller("blob reader")
    (name,) = [c for c in containers(reader.ml) if c.startswith(CONTAINER)]
    with ExitStack() as kept:
        grant(kept, cloud, BLOB_READER, caller)
        container = person(kept, cloud, caller).blobs.get_container_client(name)
        blobs = [blob.name for blob in container.list_blobs()]
        assert blobs
        assert container.get_blob_client(blobs[0]).download_blob().readall()
        refused(lambda: container.get_blob_client("x").upload_blob(b"x"), "AuthorizationPermissionMismatch")


def test_a_stranger_gets_nothing(cloud: LocalCloud) -> None:
    """Without any role even a GET is 403."""
    with ExitStack() as kept:
        stranger = person(kept, cloud, cloud.new_caller("stranger"))
        refused(lambda: stranger.ml.online_endpoints.get(*WHERE))
        refused(lambda: list(stranger.ml.workspaces.list_by_resource_group(GROUP)))


def refused(attempt: Callable[[], Any], code: str = "AuthorizationFailed") -> None:
    with pytest.raises(HttpResponseError) as raised:
        attempt()
    assert raised.value.status_code == 403
    assert code in str(raised.value)


def containers(ml: Any) -> list[str]:
    stores = ml.datastores.list(GROUP, WORKSPACE)
    return [str(store.properties.container_name) for store in stores if hasattr(store.properties, "container_name")]


def person(kept: ExitStack, cloud: LocalCloud, caller: Caller) -> Person:
    reach: dict[str, Any] = {"proxies": {"https": cloud.told["proxy"]}, "connection_verify": cloud.ca, "retry_total": 0}
    url = f"https://{STORAGE}.blob.{cloud.told['storage_suffix']}"
    return Person(
        kept.enter_context(cloud.client(MachineLearningServicesMgmtClient, caller)),
        kept.enter_context(cloud.client(ResourceManagementClient, caller)),
        kept.enter_context(BlobServiceClient(url, credential=cloud.credential(caller), **reach)),
    )


def grant(kept: ExitStack, cloud: LocalCloud, role: str, caller: Caller) -> None:
    """A role on the platform's resource group, until the end of the test."""
    client = kept.enter_context(cloud.client(AuthorizationManagementClient))
    scope, name = f"{cloud.subscription}/resourceGroups/{GROUP}", str(uuid.uuid4())
    definition = f"{cloud.subscription}/providers/Microsoft.Authorization/roleDefinitions/{role}"
    properties = {
        "roleDefinitionId": definition,
        "principalId": caller.object_id,
        "principalType": "ServicePrincipal",
    }
    client.role_assignments.create(scope, name, {"properties": properties})
    kept.callback(client.role_assignments.delete, scope, name)
