"""The Key Vault behind a workspace; access is by roles, never by access policies."""

from __future__ import annotations

import pulumi
from pulumi_azure_native.keyvault import NetworkRuleSetArgs, SkuArgs, VaultPropertiesArgs
from pulumi_azure_native.keyvault import Vault as AzureVault

from .place import Place


class Vault(pulumi.ComponentResource):
    vault_id: pulumi.Output[str]

    def __init__(self, place: Place, *, tenant: pulumi.Input[str]) -> None:
        super().__init__("amlops:infra:Vault", "vault")
        settings = place.environment.platform.vault
        vault = AzureVault(
            "vault",
            vault_name=place.names.vault,
            resource_group_name=place.resource_group,
            location=place.location,
            tags=place.tags,
            properties=VaultPropertiesArgs(
                tenant_id=tenant,
                sku=SkuArgs(family="A", name="standard"),
                enable_rbac_authorization=True,
                enable_soft_delete=True,
                soft_delete_retention_in_days=settings.keep_deleted_days,
                # Azure refuses `false`: the property is true or absent
                enable_purge_protection=True if settings.purge_protection else None,
                public_network_access="Enabled" if place.public_access else "Disabled",
                network_acls=NetworkRuleSetArgs(
                    bypass="AzureServices", default_action="Allow" if place.public_access else "Deny"
                ),
            ),
            opts=place.stateful(self),
        )
        self.vault_id = vault.id
        self.register_outputs({"vaultId": vault.id})
