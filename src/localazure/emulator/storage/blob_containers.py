"""Containers as ARM sees them: one that is made or deleted on the data plane is there or gone in ARM too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..arm.ids import ArmId
from ..store import Body, Resource

if TYPE_CHECKING:
    from ..ground import Ground


def container_id(account: ArmId, container: str) -> ArmId:
    return ArmId(f"{account.text}/blobServices/default/containers/{container}")


def properties(cloud: Ground) -> Body:
    """What the service fills in for a new container."""
    return {
        "publicAccess": "None",
        "leaseStatus": "Unlocked",
        "leaseState": "Available",
        "defaultEncryptionScope": "$account-encryption-key",
        "denyEncryptionScopeOverride": False,
        "hasImmutabilityPolicy": False,
        "hasLegalHold": False,
        "deleted": False,
        "remainingRetentionDays": 0,
        "lastModifiedTime": cloud.clock.iso(),
    }


def made(cloud: Ground, account: ArmId, container: str) -> None:
    """Write down a container; nothing for an account that ARM doesn't know (a registry's own)."""
    found = container_id(account, container)
    if cloud.store.get(account) is not None and cloud.store.get(found) is None:
        cloud.store.put(Resource(found, {"properties": properties(cloud)}))


def gone(cloud: Ground, account: ArmId, container: str) -> None:
    cloud.store.delete(container_id(account, container))
