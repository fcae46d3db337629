"""Soft-deleted vaults: kept with their name until they are purged or their time is over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from .. import soft_delete
from ..arm import names
from ..arm.errors import ArmError, not_found
from ..soft_delete import Deleted
from ..store import Body
from .base import Action, Call, Reply, ResourceType

if TYPE_CHECKING:
    from ..cloud import Cloud

_VAULTS = "Microsoft.KeyVault/vaults"


class DeletedVault(ResourceType):
    type = "Microsoft.KeyVault/locations/deletedVaults"

    def actions(self) -> Mapping[str, Action]:
        return {"GET": _get, "POST purge": _purge}


def current(cloud: Cloud) -> list[Deleted]:
    """Those that can still be recovered."""
    return soft_delete.of_type(cloud, _VAULTS)


def find(cloud: Cloud, name: str) -> Deleted | None:
    """The deleted vault of a name, wherever it was."""
    return next((deleted for deleted in current(cloud) if deleted.id.name.lower() == name.lower()), None)


def view(deleted: Deleted) -> Body:
    """As the service lists it. Source: model DeletedVault."""
    vault = deleted.resource
    location = names.place(str(vault.body.get("location", "")))
    properties = {
        "vaultId": vault.id.text,
        "location": location,
        "tags": vault.body.get("tags") or {},
        "deletionDate": soft_delete.moment(deleted.at),
        "scheduledPurgeDate": soft_delete.moment(deleted.until),
        "purgeProtectionEnabled": bool(vault.properties.get("enablePurgeProtection")),
    }
    at = f"/subscriptions/{vault.id.subscription}/providers/Microsoft.KeyVault/locations/{location}/deletedVaults"
    return {
        "id": f"{at}/{vault.id.name}",
        "name": vault.id.name,
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": properties,
    }


def _asked(call: Call) -> Deleted:
    """Raises ArmError 404 where there is none of the name in the region."""
    deleted = find(call.cloud, call.params["vaultName"])
    if deleted is not None and deleted.id.key.startswith(f"/subscriptions/{call.params['subscriptionId'].lower()}/"):
        at = names.place(str(deleted.resource.body.get("location", "")))
        if at == names.place(call.params["location"]):
            return deleted
    raise not_found(call.id.text)


async def _get(call: Call) -> Reply:
    return Reply(200, view(_asked(call)))


async def _purge(call: Call) -> Reply:
    deleted = _asked(call)
    if deleted.resource.properties.get("enablePurgeProtection"):
        until = soft_delete.moment(deleted.until)
        raise ArmError(
            409, "DeletedVaultPurge", f"The vault '{deleted.id.name}' has purge protection; it goes at {until}."
        )
    soft_delete.purge(call.cloud, deleted.id)
    return Reply(200)
