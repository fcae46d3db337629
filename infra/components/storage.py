"""The storage account behind a workspace: no public blobs, TLS 1.2, keys only where datastores use them."""

from __future__ import annotations

import pulumi
from pulumi_azure_native.storage import NetworkRuleSetArgs, SkuArgs, StorageAccount

from .place import Place

_SKU = {"lrs": "Standard_LRS", "zrs": "Standard_ZRS", "grs": "Standard_GRS", "gzrs": "Standard_GZRS"}


class Storage(pulumi.ComponentResource):
    account_id: pulumi.Output[str]

    def __init__(self, place: Place) -> None:
        super().__init__("amlops:infra:Storage", "storage")
        settings = place.environment.platform.storage
        account = StorageAccount(
            "storage",
            account_name=place.names.storage,
            resource_group_name=place.resource_group,
            location=place.location,
            tags=place.tags,
            kind="StorageV2",
            sku=SkuArgs(name=_SKU[settings.redundancy]),
            allow_blob_public_access=False,
            allow_shared_key_access=settings.datastore_access == "access-key",
            enable_https_traffic_only=True,
            minimum_tls_version="TLS1_2",
            public_network_access="Enabled" if place.public_access else "Disabled",
            network_rule_set=NetworkRuleSetArgs(
                bypass="AzureServices", default_action="Allow" if place.public_access else "Deny"
            ),
            opts=place.stateful(self),
        )
        self.account_id = account.id
        self.register_outputs({"accountId": account.id})
