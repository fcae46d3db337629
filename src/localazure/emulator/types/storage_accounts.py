"""Operations of the storage provider that belong to no resource."""

from __future__ import annotations

import re
from collections.abc import Mapping

from . import storage_account
from .base import Action, Call, Reply, ResourceType


class StorageAccounts(ResourceType):
    type = "Microsoft.Storage"

    def actions(self) -> Mapping[str, Action]:
        return {"POST checkNameAvailability": _check, "GET deletedAccounts": _deleted}


async def _check(call: Call) -> Reply:
    name = str(call.body.get("name", ""))
    if re.fullmatch(storage_account.NAME, name) is None:
        message = f"{name} is not a valid storage account name: 3 to 24 lower-case letters and digits."
        return Reply(200, {"nameAvailable": False, "reason": "AccountNameInvalid", "message": message})
    if call.cloud.accounts.get(name) is not None:
        message = f"The storage account named {name} is already taken."
        return Reply(200, {"nameAvailable": False, "reason": "AlreadyExists", "message": message})
    return Reply(200, {"nameAvailable": True})


async def _deleted(call: Call) -> Reply:
    """A deleted account is gone here; Azure would let one recover it for 14 days."""
    return Reply(200, {"value": []})
