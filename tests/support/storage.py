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
        return f"https://{self.name}.blob.{self.cloud.told['storage_suffix']}"

    def service(self, credential: Any = None, **options: Any) -> BlobServiceClient:
        """No credential is none; the account key is `account.key`."""
        reach: dict[str, Any] = {
            "proxies": {"https": self.cloud.told["proxy"]},
            "connection_verify": self.cloud.ca,
            "retry_total": 0,
        }
        return BlobServiceClient(self.url, credential=credential, **{**reach, **options})


def make_account(cloud: LocalCloud, group: str) -> Account:
    """A new account in the group."""
    name = f"acc{uuid.uuid4().hex[:12]}"
    body = {"location": cloud.location, "sku": {"name": "Standard_LRS"}, "kind": "StorageV2", "properties": {}}
    with cloud.client(StorageManagementClient) as client:
        client.storage_accounts.begin_create(group, name, body).result()
        key = client.storage_accounts.list_keys(group, name)["keys"][0]["value"]
    return Account(cloud, group, name, key)
