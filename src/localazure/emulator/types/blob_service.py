"""The blob service of a storage account: settings that are kept; it is there from the account's creation on."""

from __future__ import annotations

from dataclasses import replace

from ..store import Resource
from .base import Call, ResourceType


class BlobService(ResourceType):
    type = "Microsoft.Storage/storageAccounts/blobServices"

    def compose(self, call: Call) -> Resource:
        composed = super().compose(call)
        account = call.cloud.store.get(call.id.text.rsplit("/", 2)[0])
        sku = account.body["sku"] if account else None
        return replace(composed, body={**composed.body, "sku": sku})
