"""azure-storage-blob through the proxy and the gate: what it can do, and who is refused what."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceNotFoundError
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient
from azure.storage.blob import (
    BlobClient,
    ContainerClient,
    generate_account_sas,
    generate_blob_sas,
    generate_container_sas,
)

from tests.support.cloud import LocalCloud
from tests.support.storage import Account, make_account

from .test_arm_clients import READER, assign

pytestmark = pytest.mark.client

BLOB_READER = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
BLOB_CONTRIBUTOR = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"
SOON = timedelta(hours=1)


@pytest.fixture(scope="module")
def account(cloud: LocalCloud) -> Iterator[Account]:
    """One account for the file; containers are each test's own."""
    group = "rg-test-blobs"
    with cloud.client(ResourceManagementClient) as client:
        client.resource_groups.create_or_update(group, {"location": cloud.location})
        yield make_account(cloud, group)
        client.resource_groups.begin_delete(group).result()


@pytest.fixture
def container(account: Account, request: pytest.FixtureRequest) -> Iterator[ContainerClient]:
    """A container of the test's name, with the account key."""
    name = request.node.name.replace("_", "-")[:60].strip("-")
    with account.service(account.key) as service:
        yield service.create_container(name)


def sas(
    account: Account, container: ContainerClient, letters: str, blob: str | None = None, left: timedelta = SOON
) -> str:
    until = datetime.now(UTC) + left
    if blob is None:
        return generate_container_sas(
            account.name, container.container_name, account_key=account.key, permission=letters, expiry=until
        )
    return generate_blob_sas(
        account.name, container.container_name, blob, account_key=account.key, permission=letters, expiry=until
    )


def refused(error: pytest.ExceptionInfo[HttpResponseError]) -> tuple[int | None, str]:
    """Status and code of an answer."""
    answer: Any = error.value.response
    return error.value.status_code, str(answer.headers["x-ms-error-code"])


def test_blobs_of_any_name_with_metadata(container: ContainerClient) -> None:
    """Names with spaces, plus and umlauts, metadata with several spaces, flat and hierarchical lists."""
    container.upload_blob("dir/a b+ü.txt", b"hello", metadata={"hdi_isfolder": "no", "x": "two  spaces"})
    assert container.download_blob("dir/a b+ü.txt").readall() == b"hello"
    properties = container.get_blob_client("dir/a b+ü.txt").get_blob_properties()
    assert properties.metadata == {"hdi_isfolder": "no", "x": "two  spaces"}
    assert [blob.name for blob in container.list_blobs(name_starts_with="dir/")] == ["dir/a b+ü.txt"]
    assert [item.name for item in container.walk_blobs()] == ["dir/"]


def test_blocks_appends_copies_and_leases(account: Account, container: ContainerClient) -> None:
    """A blob in blocks sent in parallel comes back whole; append blobs grow; a copy within the account works."""
    content = os.urandom(5 << 20)
    with account.service(account.key, max_single_put_size=1 << 20, max_block_size=1 << 20) as service:
        blob = service.get_blob_client(container.container_name, "big")
        blob.upload_blob(content, max_concurrency=4)
        assert blob.download_blob().readall() == content
    log = container.get_blob_client("log")
    log.create_append_blob()
    log.append_block(b"one ")
    log.append_block(b"two")
    assert log.download_blob().readall() == b"one two"
    copy = container.get_blob_client("copy")
    assert copy.start_copy_from_url(log.url)["copy_status"] == "success"
    assert copy.download_blob().readall() == b"one two"
    lease = copy.acquire_lease()
    with pytest.raises(HttpResponseError) as error:
        copy.delete_blob()
    assert refused(error) == (412, "LeaseIdMissing")
    lease.release()
    copy.delete_blob()
    assert not copy.exists()


def test_a_wrong_key_is_refused(account: Account, container: ContainerClient) -> None:
    """Another key of the right form, and the account's old key once it was regenerated."""
    with account.service("A" * 86 + "==") as service, pytest.raises(ClientAuthenticationError) as error:
        service.get_service_properties()
    assert refused(error) == (403, "AuthenticationFailed")
    with account.cloud.client(StorageManagementClient) as client:
        second = client.storage_accounts.list_keys(account.group, account.name)["keys"][1]["value"]
        with account.service(second) as service:
            assert service.get_service_properties()
            client.storage_accounts.regenerate_key(account.group, account.name, {"keyName": "key2"})
            with pytest.raises(ClientAuthenticationError):
                service.get_service_properties()


def test_keys_can_be_forbidden(cloud: LocalCloud, group: str) -> None:
    """With allowSharedKeyAccess false neither the key nor what it signed lets anyone in."""
    account = make_account(cloud, group)
    with cloud.client(StorageManagementClient) as client:
        client.storage_accounts.update(group, account.name, {"properties": {"allowSharedKeyAccess": False}})
    with account.service(account.key) as service, pytest.raises(HttpResponseError) as error:
        service.get_service_properties()
    assert refused(error) == (403, "KeyBasedAuthenticationNotPermitted")


def test_a_signature_gives_its_letters_on_its_resource_until_it_ends(
    account: Account, container: ContainerClient
) -> None:
    """Service SAS: right letter and blob; another letter, another blob, a changed signature, after its expiry."""
    container.upload_blob("one", b"1")
    container.upload_blob("two", b"2")
    name = container.container_name

    def blob(credential: str, of: str = "one") -> BlobClient:
        return account.service(credential).get_blob_client(name, of)

    reading = sas(account, container, "r", "one")
    assert blob(reading).download_blob().readall() == b"1"
    for refusing, code in (
        (lambda: blob(reading).upload_blob(b"x", overwrite=True), "AuthorizationPermissionMismatch"),
        (lambda: blob(reading, "two").download_blob(), "AuthenticationFailed"),
        (lambda: blob(reading.replace("sp=r", "sp=rw")).download_blob(), "AuthenticationFailed"),
        (lambda: blob(sas(account, container, "r", "one", -SOON)).download_blob(), "AuthenticationFailed"),
    ):
        with pytest.raises(HttpResponseError) as error:
            refusing()
        assert refused(error) == (403, code)


def test_create_without_write_makes_new_blobs_only(account: Account, container: ContainerClient) -> None:
    """Letter c makes a blob and never overwrites one."""
    writer = account.service(sas(account, container, "c")).get_container_client(container.container_name)
    writer.upload_blob("new", b"1")
    with pytest.raises(HttpResponseError) as error:
        writer.upload_blob("new", b"2", overwrite=True)
    assert refused(error) == (403, "UnauthorizedBlobOverwrite")
    assert container.download_blob("new").readall() == b"1"


def test_an_account_signature_is_bound_to_its_levels(account: Account, container: ContainerClient) -> None:
    """`srt=o` can't list containers; `srt=sco` with r, l and w can, and can't delete."""
    until = datetime.now(UTC) + SOON
    narrow = generate_account_sas(account.name, account.key, resource_types="o", permission="rwl", expiry=until)
    with account.service(narrow) as service, pytest.raises(HttpResponseError) as error:
        next(iter(service.list_containers()))
    assert refused(error) == (403, "AuthorizationResourceTypeMismatch")
    wide = generate_account_sas(account.name, account.key, resource_types="sco", permission="rwl", expiry=until)
    with account.service(wide) as service:
        assert container.container_name in [found.name for found in service.list_containers()]
        blob = service.get_blob_client(container.container_name, "b")
        blob.upload_blob(b"1")
        with pytest.raises(HttpResponseError) as error:
            blob.delete_blob()
    assert refused(error) == (403, "AuthorizationPermissionMismatch")


def test_roles_decide_what_a_token_may(account: Account, container: ContainerClient) -> None:
    """Control-plane Reader and even Owner read no blob; Blob Data Reader reads, Blob Data Contributor writes."""
    cloud = account.cloud
    container.upload_blob("b", b"1")
    caller = cloud.new_caller("blobs")
    assign(cloud, account.id, READER, caller.object_id)
    for who in (caller, cloud.owner):
        with account.service(cloud.credential(who)) as service, pytest.raises(HttpResponseError) as error:
            service.get_blob_client(container.container_name, "b").download_blob()
        assert refused(error) == (403, "AuthorizationPermissionMismatch")
    with account.service(cloud.credential(caller)) as service:
        blob = service.get_blob_client(container.container_name, "b")
        assign(cloud, account.id, BLOB_READER, caller.object_id)
        assert blob.download_blob().readall() == b"1"
        with pytest.raises(HttpResponseError) as error:
            blob.upload_blob(b"2", overwrite=True)
        assert refused(error) == (403, "AuthorizationPermissionMismatch")
        assign(cloud, account.id, BLOB_CONTRIBUTOR, caller.object_id)
        blob.upload_blob(b"2", overwrite=True)


def test_a_delegated_signature_is_bound_by_its_signers_roles(account: Account, container: ContainerClient) -> None:
    """A user delegation SAS with r and w of somebody who may read: it reads and doesn't write."""
    cloud = account.cloud
    container.upload_blob("b", b"1")
    caller = cloud.new_caller("delegate")
    assign(cloud, account.id, BLOB_READER, caller.object_id)
    until = datetime.now(UTC) + SOON
    with account.service(cloud.credential(caller)) as service:
        key = service.get_user_delegation_key(datetime.now(UTC) - timedelta(minutes=1), until)
    signed = generate_blob_sas(
        account.name, container.container_name, "b", user_delegation_key=key, permission="rw", expiry=until
    )
    with account.service(signed) as service:
        blob = service.get_blob_client(container.container_name, "b")
        assert blob.download_blob().readall() == b"1"
        with pytest.raises(HttpResponseError) as error:
            blob.upload_blob(b"2", overwrite=True)
    assert refused(error) == (403, "AuthorizationPermissionMismatch")


def test_nobody_is_told_how_to_sign_in(account: Account) -> None:
    """Without any credential: 401 with a challenge that names this cloud's authority."""
    with account.service() as service, pytest.raises(ClientAuthenticationError) as error:
        service.get_service_properties()
    assert refused(error) == (401, "NoAuthenticationInformation")
    answer: Any = error.value.response
    assert account.cloud.endpoint in answer.headers["www-authenticate"]


def test_an_unknown_account_and_what_is_not_built(account: Account, container: ContainerClient) -> None:
    """A host without an account is 404; Blob Batch is a loud 501."""
    reach: dict[str, Any] = {"proxies": {"https": account.cloud.told["proxy"]}, "connection_verify": account.cloud.ca}
    nowhere = account.url.replace(account.name, "nobody")
    with BlobClient(nowhere, "con", "b", credential=account.key, **reach) as blob, pytest.raises(ResourceNotFoundError):
        blob.download_blob()
    with pytest.raises(HttpResponseError) as error:
        container.delete_blobs("a")
    assert refused(error) == (501, "NotImplemented")


def test_the_proxy_leads_nowhere_else(cloud: LocalCloud) -> None:
    """CONNECT to another host is refused with 403, so nothing reaches the real cloud by mistake."""
    with pytest.raises(requests.exceptions.ProxyError, match="403"):
        requests.get("https://account.blob.core.windows.net/", proxies={"https": cloud.told["proxy"]}, timeout=10)
