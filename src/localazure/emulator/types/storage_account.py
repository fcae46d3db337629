"""Storage accounts: keys, endpoints, and the account behind the blob gate.

Source: Storage Resource Provider REST; defaults as "Storage Accounts - Create" answers them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .. import private_link
from ..arm import managed_identity, names
from ..arm.errors import bad_request
from ..store import Body, Resource
from .base import Action, Call, Reply, ResourceType
from .private_link_resources import list_resources

if TYPE_CHECKING:
    from ..cloud import Cloud

NAME = "[a-z0-9]{3,24}"
_KEYS = ("key1", "key2")
_PREMIUM = "Premium_"


class StorageAccount(ResourceType):
    type = "Microsoft.Storage/storageAccounts"
    immutable = ("properties.isHnsEnabled", "properties.isNfsV3Enabled")

    def admit(self, call: Call) -> None:
        name = call.id.name
        names.check(NAME, call.id, "3 to 24 lower-case letters and digits")
        account = call.cloud.accounts.get(name)
        if names.holder(call.cloud.store, call.id) or (account and account.id.key != call.id.key):
            raise names.taken("StorageAccountAlreadyTaken", f"The storage account named {name} is already taken.")
        sku, kind = str((call.body.get("sku") or {}).get("name", "")), str(call.body.get("kind", ""))
        if kind in ("BlockBlobStorage", "FileStorage") and sku and not sku.startswith(_PREMIUM):
            raise bad_request(
                "InvalidValuesForRequestParameters", f"The kind {kind} needs a Premium sku.", target="sku.name"
            )

    def compose(self, call: Call) -> Resource:
        before = call.existing.properties if call.existing else {}
        given = call.body.get("properties") or {}
        now = call.cloud.clock.iso()
        location, sku = (
            names.place(str(call.body.get("location", ""))),
            str((call.body.get("sku") or {}).get("name", "")),
        )
        properties: Body = {
            "dnsEndpointType": "Standard",
            "defaultToOAuthAuthentication": False,
            "publicNetworkAccess": "Enabled",
            "allowCrossTenantReplication": False,
            "isLocalUserEnabled": False,
            "isSftpEnabled": False,
            "minimumTlsVersion": "TLS1_2",
            "allowBlobPublicAccess": False,
            "allowSharedKeyAccess": True,
            "isHnsEnabled": False,
            "networkAcls": {
                "bypass": "AzureServices",
                "virtualNetworkRules": [],
                "ipRules": [],
                "defaultAction": "Allow",
            },
            "supportsHttpsTrafficOnly": True,
            "encryption": {"services": {}, "keySource": "Microsoft.Storage"},
            "accessTier": "Hot",
            **given,
            "creationTime": before.get("creationTime") or now,
            "keyCreationTime": before.get("keyCreationTime") or dict.fromkeys(_KEYS, now),
            "primaryLocation": location,
            "statusOfPrimary": "available",
            "primaryEndpoints": _endpoints(call.cloud, call.id.name),
        }
        body = {
            **managed_identity.of(call),
            "sku": {"name": sku, "tier": "Premium" if sku.startswith(_PREMIUM) else "Standard"},
            "properties": properties,
        }
        return Resource(call.id, body, dict(call.existing.secret) if call.existing else {})

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        return private_link.with_connections(cloud.store, resource).body

    async def provision(self, cloud: Cloud, resource: Resource) -> Resource | None:
        cloud.accounts.ensure(resource.id.name, resource.id)
        service = resource.id.child("blobServices", "default")
        if cloud.store.get(service) is None:
            rules = {
                "cors": {"corsRules": []},
                "deleteRetentionPolicy": {"allowPermanentDelete": False, "enabled": False},
            }
            cloud.store.put(Resource(service, {"properties": rules, "sku": resource.body["sku"]}))
        return None

    async def retire(self, cloud: Cloud, resource: Resource) -> None:
        if cloud.accounts.get(resource.id.name) is not None:
            await cloud.blobs.empty(resource.id.name)
            cloud.accounts.drop(resource.id.name)

    def actions(self) -> Mapping[str, Action]:
        return {
            "POST listKeys": _list_keys,
            "POST regenerateKey": _regenerate_key,
            "GET privateLinkResources": list_resources,
        }


def _endpoints(cloud: Cloud, name: str) -> Body:
    suffix = cloud.settings.storage_suffix
    return {kind: f"https://{name.lower()}.{kind}.{suffix}/" for kind in ("blob", "dfs", "file", "queue", "table")}


async def _list_keys(call: Call) -> Reply:
    assert call.existing is not None
    return Reply(200, _keys(call.cloud, call.existing))


async def _regenerate_key(call: Call) -> Reply:
    assert call.existing is not None
    wanted = str(call.body.get("keyName"))
    if wanted not in _KEYS:
        raise bad_request("InvalidRequestPropertyValue", f"'keyName': '{wanted}'; use key1 or key2.", target="keyName")
    call.cloud.accounts.regenerate_key(call.existing.id.name, _KEYS.index(wanted))
    times = {**call.existing.properties["keyCreationTime"], wanted: call.cloud.clock.iso()}
    changed = call.cloud.store.put(call.existing.with_properties(keyCreationTime=times))
    return Reply(200, _keys(call.cloud, changed))


def _keys(cloud: Cloud, account: Resource) -> Body:
    times = account.properties["keyCreationTime"]
    values = zip(_KEYS, cloud.accounts.named(account.id.name).keys, strict=True)
    keys = [{"keyName": n, "value": v, "permissions": "FULL", "creationTime": times[n]} for n, v in values]
    return {"keys": keys}
