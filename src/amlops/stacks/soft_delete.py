"""Names that deleted resources still hold; where the environment allows it, they are purged first.

Azure lists deleted vaults; of deleted workspaces there is neither a list nor a name check (docs/azure.md 4), so their
purge is a DELETE with `forceToPurge`, which does nothing where nothing is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from amlops.azure import Azure
from amlops.config import Environment, Names
from amlops.progress import Progress

_VAULTS = "2024-11-01"
_WORKSPACES = "2025-12-01"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A resource that is deleted and not purged. `until` is when Azure purges it itself, where it says so."""

    type: str
    name: str
    until: str | None


def deleted_vault(azure: Azure, environment: Environment) -> Deleted | None:
    """The deleted vault that holds the environment's name. Raises AmlopsError."""
    found = azure.resource(_deleted_vault_id(azure, environment), _VAULTS)
    if found is None:
        return None
    until = (found.get("properties") or {}).get("scheduledPurgeDate")
    return Deleted("Microsoft.KeyVault/vaults", Names(environment).vault, until)


def purge(azure: Azure, environment: Environment, state: Mapping[str, Any], progress: Progress) -> None:
    """Purges what holds the names of the workspace and the vault that the platform's `state` does not have.

    They are lost for good; environments allow it by `deletion.purge_names`. Raises AmlopsError.
    """
    if not environment.settings.deletion.purge_names:
        return
    types = {resource["type"] for resource in state.get("resources") or ()}
    names = Names(environment)
    if "azure-native:machinelearningservices:Workspace" not in types:
        group = f"/subscriptions/{azure.subscription}/resourceGroups/{names.resource_group}"
        workspace = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{names.workspace}"
        if azure.resource(workspace, _WORKSPACES) is None:
            azure.delete(workspace, _WORKSPACES, forceToPurge="true")
    if "azure-native:keyvault:Vault" not in types and deleted_vault(azure, environment) is not None:
        azure.post(f"{_deleted_vault_id(azure, environment)}/purge", _VAULTS)
        progress.line(f"purged the deleted vault {names.vault}")


def _deleted_vault_id(azure: Azure, environment: Environment) -> str:
    location = f"/subscriptions/{azure.subscription}/providers/Microsoft.KeyVault/locations/{environment.region}"
    return f"{location}/deletedVaults/{Names(environment).vault}"
