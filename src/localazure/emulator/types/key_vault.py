"""Key vaults: names are unique in all of Azure, a deleted vault keeps its name until it is purged.

Source: Key Vault documentation, "Soft-delete overview" and "About keys, secrets and certificates"; `VaultProperties`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import private_link, soft_delete
from ..arm import names
from ..arm.errors import ArmError, bad_request
from ..store import Body, Resource
from . import deleted_vault
from .base import Action, Call, ResourceType
from .private_link_resources import list_resources

if TYPE_CHECKING:
    from ..cloud import Cloud

NAME = "[a-zA-Z](?!.*--)[a-zA-Z0-9-]{1,22}[a-zA-Z0-9]"
RULE = "3 to 24 letters, digits and single hyphens; begins with a letter, ends with a letter or digit"


class KeyVault(ResourceType):
    type = "Microsoft.KeyVault/vaults"

    def admit(self, call: Call) -> None:
        names.check(NAME, call.id, RULE)
        given = call.body.get("properties") or {}
        self._admit_name(call, str(given.get("createMode", "default")).lower())
        if str(given.get("tenantId", "")).lower() != call.cloud.settings.tenant_id.lower():
            tenant = given.get("tenantId")
            raise bad_request("BadRequest", f"The tenant '{tenant}' is not this one.", target="properties.tenantId")
        days = given.get("softDeleteRetentionInDays")
        if days is not None and not 7 <= days <= 90:
            raise bad_request(
                "BadRequest",
                f"'softDeleteRetentionInDays' is {days}; allowed are 7 to 90.",
                target="properties.softDeleteRetentionInDays",
            )
        if given.get("enableSoftDelete") is False:
            what = 'The property "enableSoftDelete" cannot be set to false.'
            raise bad_request("BadRequest", what, target="properties.enableSoftDelete")
        self._admit_change(given, call.existing.properties if call.existing else {})
        if not given.get("enableRbacAuthorization") and "accessPolicies" not in given and _plain(given):
            raise bad_request(
                "BadRequest",
                "The parameter accessPolicies is not specified; give a list, or set enableRbacAuthorization.",
                target="properties.accessPolicies",
            )

    def compose(self, call: Call) -> Resource:
        given = dict(call.body.get("properties") or {})
        mode = str(given.pop("createMode", "default")).lower()
        kept: Body = {}
        if mode == "recover" and call.existing is None:
            deleted = deleted_vault.find(call.cloud, call.id.name)
            assert deleted is not None, "`admit` has seen it"
            kept = deleted.resource.properties
            soft_delete.purge(call.cloud, deleted.id)
        days = given.get("softDeleteRetentionInDays") or kept.get("softDeleteRetentionInDays") or 90
        properties = {
            "enabledForDeployment": False,
            "enableRbacAuthorization": False,
            "accessPolicies": [],
            "publicNetworkAccess": "Enabled",
            **kept,
            **given,
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": days,
            "vaultUri": f"https://{call.id.name.lower()}.{call.cloud.settings.vault_suffix}/",
        }
        return Resource(call.id, {**call.body, "properties": properties})

    def show(self, cloud: Cloud, resource: Resource) -> Body:
        return private_link.with_connections(cloud.store, resource).body

    async def retire(self, cloud: Cloud, resource: Resource) -> None:
        soft_delete.keep(cloud, resource, resource.properties["softDeleteRetentionInDays"] * soft_delete.DAY)

    def actions(self) -> Mapping[str, Action]:
        return {"GET privateLinkResources": list_resources}

    def _admit_name(self, call: Call, mode: str) -> None:
        if call.existing is not None:
            return
        deleted = deleted_vault.find(call.cloud, call.id.name)
        if mode == "recover":
            if deleted is None or deleted.id.key != call.id.key:
                raise ArmError(404, "DeletedVaultNotFound", f"There is no deleted vault '{call.id.name}' to recover.")
        elif deleted is not None or names.holder(call.cloud.store, call.id) is not None:
            raise names.taken(
                "VaultAlreadyExists",
                f"The vault name '{call.id.name}' is already in use. Vault names are globally unique so it is possible "
                "that the name is already taken. If you are sure that the vault name was not taken then it is possible "
                "that a vault with the same name was recently deleted but not purged after being placed in a "
                "recoverable state.",
            )

    @staticmethod
    def _admit_change(given: Body, before: Body) -> None:
        if given.get("enablePurgeProtection") is False:
            what = 'The property "enablePurgeProtection" cannot be set to false: enabling it is irreversible.'
            raise bad_request("BadRequest", what, target="properties.enablePurgeProtection")
        old, new = before.get("softDeleteRetentionInDays"), given.get("softDeleteRetentionInDays")
        if old is not None and new is not None and old != new:
            raise bad_request(
                "BadRequest",
                f'The property "softDeleteRetentionInDays" has been set already ({old}) and it can\'t be modified.',
                target="properties.softDeleteRetentionInDays",
            )


def _plain(given: dict[str, Any]) -> bool:
    return str(given.get("createMode", "default")).lower() == "default"
