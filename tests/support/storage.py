"""A storage account of a local Azure, and azure-storage-blob's clients pointed at it through its proxy."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from azure.mgmt.storage import StorageManagementClient
from azure.storage.blob import BlobServiceClient

from tests.support.cloud import LocalCloud


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its first key. `service` takes any credential that azure-storage-blob takes."""

    cloud: LocalCloud
    group: str
    name: str
    key: str

    @property
    def id(self) -> str:
        return (
            f"{self.cloud.subscription}/resourceGroups/{self.group}/providers/Microsoft.Storage"
            f"/storageAccounts/{self.name}"
        )

    @property
    def url(self) -> str:
        return blob_url(self.cloud, self.name)

    def service(self, credential: Any = None, **options: Any) -> BlobServiceClient:
        """No credential is none; the account key is `account.key`."""
        return blob_service(self.cloud, self.name, credential, **{"retry_total": 0, **options})


def blob_url(cloud: LocalCloud, account: str) -> str:
    return f"https://{account}.blob.{cloud.told['storage_suffix']}"


def blob_service(cloud: LocalCloud, account: str, credential: Any, **options: Any) -> BlobServiceClient:
    """A client of an account by its name, reached as users reach it."""
    reach: dict[str, Any] = {"proxies": {"https": cloud.told["proxy"]}, "connection_verify": cloud.ca}
    return BlobServiceClient(blob_url(cloud, account), credential=credential, **{**reach, **options})


def make_account(cloud: LocalCloud, group: str) -> Account:
    """A new account in the group."""
    name = f"acc{uuid.uuid4().hex[:12]}"
    body = {"location": cloud.location, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}
    with cloud.client(StorageManagementClient) as client:
        client.storage_accounts.begin_create(group, name, body).result()
        key = client.storage_accounts.list_keys(group, name)["keys"][0]["value"]
    return Account(cloud, group, name, key)
