"""What new subscriptions hold: a service principal that is their Owner, and nothing else."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from typing import TYPE_CHECKING

from .access import ASSIGNMENT
from .arm.ids import ArmId
from .store import Resource

if TYPE_CHECKING:
    from .cloud import Cloud

OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"


def seed(cloud: Cloud) -> None:
    """At the first start only; in one transaction, so that a kill leaves all of it or nothing."""
    if cloud.store.record("settings", "owner") is not None:
        return
    with cloud.store.transaction():
        owner = cloud.identity.register("owner")
        for subscription in cloud.settings.subscription_ids:
            scope = f"/subscriptions/{subscription}"
            properties = {
                "scope": scope,
                "principalId": owner.object_id,
                "principalType": "ServicePrincipal",
                "roleDefinitionId": f"{scope}/providers/Microsoft.Authorization/roleDefinitions/{OWNER}",
            }
            assignment = ArmId(f"{scope}/providers/{ASSIGNMENT}/{uuid.uuid4()}")
            cloud.store.put(Resource(assignment, {"properties": properties}))
        cloud.store.set_record("settings", "owner", asdict(owner))
