"""Log Analytics workspaces. Logs sent to one go nowhere: there is no ingestion here."""

from __future__ import annotations

import base64
import secrets
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import soft_delete
from ..arm import managed_identity
from ..arm.errors import bad_request
from ..store import Resource
from .base import Action, Call, Reply, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud

_RECOVERABLE = 14 * soft_delete.DAY  # source: Azure Monitor documentation, "Delete and recover a workspace"
_DAYS = (-1, 4, 730)  # retention: unlimited, or within these; PerGB2018 takes 30 to 730


class LogAnalyticsWorkspace(ResourceType):
    type = "Microsoft.OperationalInsights/workspaces"

    def admit(self, call: Call) -> None:
        days = (call.body.get("properties") or {}).get("retentionInDays")
        if days is not None and days != _DAYS[0] and not _DAYS[1] <= days <= _DAYS[2]:
            raise bad_request(
                "InvalidParameter",
                f"'properties.retentionInDays' is {days}; allowed are {_DAYS[1]} to {_DAYS[2]} days, or -1.",
                target="properties.retentionInDays",
            )

    def compose(self, call: Call) -> Resource:
        given, now = call.body.get("properties") or {}, call.cloud.clock.iso()
        deleted = soft_delete.find(call.cloud, call.id)
        before = call.existing or (deleted.resource if deleted else None)
        old: Mapping[str, Any] = before.properties if before else {}
        sku = given.get("sku") or {"name": "PerGB2018"}
        properties = {
            "retentionInDays": 30,
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
            **given,
            "sku": {**sku, "lastSkuUpdate": (old.get("sku") or {}).get("lastSkuUpdate", now)},
            "features": {"enableLogAccessUsingOnlyResourcePermissions": True, **(given.get("features") or {})},
            "workspaceCapping": {
                "dailyQuotaGb": -1.0,
                **(given.get("workspaceCapping") or {}),
                "dataIngestionStatus": "RespectQuota",
            },
            "customerId": old.get("customerId") or str(uuid.uuid4()),
            "createdDate": old.get("createdDate", now),
            "modifiedDate": now,
        }
        secret = dict(before.secret) if before else {"primary": _key(), "secondary": _key()}
        soft_delete.purge(call.cloud, call.id)
        return Resource(call.id, {**managed_identity.of(call), "properties": properties}, secret)

    def dismiss(self, call: Call) -> Resource | None:
        if call.existing is None or call.query.get("force", "").lower() != "true":
            return None
        return Resource(call.existing.id, call.existing.body, {**call.existing.secret, "purge": True})

    async def retire(self, cloud: Cloud, resource: Resource) -> None:
        if not resource.secret.get("purge"):
            soft_delete.keep(cloud, resource, _RECOVERABLE)

    def actions(self) -> Mapping[str, Action]:
        return {
            "POST sharedKeys": _shared_keys,
            "POST regenerateSharedKey": _regenerate,
            "GET usages": _usages,
        }


def _key() -> str:
    return base64.b64encode(secrets.token_bytes(64)).decode()


async def _shared_keys(call: Call) -> Reply:
    assert call.existing is not None
    return Reply(200, _keys(call.existing))


async def _regenerate(call: Call) -> Reply:
    assert call.existing is not None
    fresh = Resource(call.existing.id, call.existing.body, {"primary": _key(), "secondary": _key()})
    return Reply(200, _keys(call.cloud.store.put(fresh)))


async def _usages(call: Call) -> Reply:
    return Reply(200, {"value": []})


def _keys(resource: Resource) -> dict[str, str]:
    return {"primarySharedKey": resource.secret["primary"], "secondarySharedKey": resource.secret["secondary"]}
