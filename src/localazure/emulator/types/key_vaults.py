"""Operations of the Key Vault provider that belong to no vault."""

from __future__ import annotations

import re
from collections.abc import Mapping

from . import deleted_vault, key_vault
from .base import Action, Call, Reply, ResourceType


class KeyVaults(ResourceType):
    type = "Microsoft.KeyVault"

    def actions(self) -> Mapping[str, Action]:
        return {"POST checkNameAvailability": _check, "GET deletedVaults": _deleted}


async def _check(call: Call) -> Reply:
    name = str(call.body.get("name", ""))
    if re.fullmatch(key_vault.NAME, name) is None:
        return _unavailable("AccountNameInvalid", f"The vault name '{name}' is invalid: {key_vault.RULE}.")
    vaults = call.cloud.store.of_type(key_vault.KeyVault.type)
    if deleted_vault.find(call.cloud, name) or any(vault.id.name.lower() == name.lower() for vault in vaults):
        return _unavailable("AlreadyExists", f"The vault name '{name}' is already in use, perhaps by a deleted vault.")
    return Reply(200, {"nameAvailable": True})


async def _deleted(call: Call) -> Reply:
    mine = f"/subscriptions/{call.params['subscriptionId'].lower()}/"
    found = [deleted for deleted in deleted_vault.current(call.cloud) if deleted.id.key.startswith(mine)]
    return Reply(200, {"value": [deleted_vault.view(deleted) for deleted in found]})


def _unavailable(reason: str, message: str) -> Reply:
    return Reply(200, {"nameAvailable": False, "reason": reason, "message": message})
