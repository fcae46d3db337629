"""Built-in roles: what they allow. Source: azure-docs, role-based-access-control/built-in-roles."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache

_ML = "Microsoft.MachineLearningServices"
_BLOB = "Microsoft.Storage/storageAccounts/blobServices"
_BLOBS = f"{_BLOB}/containers/blobs"
_VERBS = ("read", "action", "delete", "write")


@dataclass(frozen=True, slots=True)
class Role:
    """A role definition. Patterns are `Microsoft.X/a/*/read`; `*` stands for any number of segments."""

    id: str
    name: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    data_actions: tuple[str, ...] = ()
    not_data_actions: tuple[str, ...] = field(default=())

    def allows(self, action: str, *, data: bool) -> bool:
        """Whether this role alone allows the action; what another role adds is not taken away by a `not`."""
        yes, no = (self.data_actions, self.not_data_actions) if data else (self.actions, self.not_actions)
        return any(_pattern(p).fullmatch(action) for p in yes) and not any(_pattern(p).fullmatch(action) for p in no)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """`a/*/read` is also `a/read`: why else would Azure's own Data Scientist, who has `workspaces/*/write`, exclude
    `workspaces/write`?"""
    return re.compile(re.escape(text).replace(r"/\*/", "/(?:.*/)?").replace(r"\*", ".*"), re.IGNORECASE)


_ROLES = (
    Role("8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "Owner", ("*",)),
    Role(
        "b24988ac-6180-42a0-ab88-20f7382dd24c",
        "Contributor",
        ("*",),
        (
            "Microsoft.Authorization/*/Delete",
            "Microsoft.Authorization/*/Write",
            "Microsoft.Authorization/elevateAccess/Action",
        ),
    ),
    Role("acdd72a7-3385-48ef-bd42-f606fba81ae7", "Reader", ("*/read",)),
    Role("18d7d88d-d35e-4fb5-a5c3-7773c20a72d9", "User Access Administrator", ("*/read", "Microsoft.Authorization/*")),
    Role(
        "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
        "Role Based Access Control Administrator",
        ("Microsoft.Authorization/roleAssignments/write", "Microsoft.Authorization/roleAssignments/delete", "*/read"),
    ),
    Role(
        "f6c7c914-8db3-469d-8ca1-694a8f32e121",
        "AzureML Data Scientist",
        (f"{_ML}/workspaces/read", *(f"{_ML}/workspaces/*/{verb}" for verb in _VERBS)),
        (
            f"{_ML}/workspaces/delete",
            f"{_ML}/workspaces/write",
            f"{_ML}/workspaces/computes/*/write",
            f"{_ML}/workspaces/computes/*/delete",
            f"{_ML}/workspaces/computes/write",
            f"{_ML}/workspaces/computes/delete",
            f"{_ML}/workspaces/computes/listKeys/action",
            f"{_ML}/workspaces/listKeys/action",
        ),
    ),
    Role(
        "e503ece1-11d0-4e8e-8e2c-7a6c3bf38815",
        "AzureML Compute Operator",
        (f"{_ML}/workspaces/computes/*", f"{_ML}/workspaces/notebooks/vm/*"),
    ),
    Role(
        "1823dd4f-9b8c-4ab6-ab4e-7397a3684615",
        "AzureML Registry User",
        (f"{_ML}/registries/read", f"{_ML}/registries/assets/*"),
    ),
    Role(
        "635dd51f-9968-44d3-b7fb-6d9a6bd613ae",
        "AzureML Metrics Writer (preview)",
        (f"{_ML}/workspaces/metrics/*/write",),
    ),
    Role(
        "64702f94-c441-49e6-a78b-ef80e0188fee",
        "Azure AI Developer",
        (f"{_ML}/workspaces/read", *(f"{_ML}/workspaces/*/{verb}" for verb in _VERBS)),
        (f"{_ML}/workspaces/delete", f"{_ML}/workspaces/write", f"{_ML}/workspaces/listKeys/action"),
    ),
    Role("7f951dda-4ed3-4680-a7ca-43fe172d538d", "AcrPull", ("Microsoft.ContainerRegistry/registries/pull/read",)),
    Role(
        "8311e382-0749-4cb8-b61a-304f252e45ec",
        "AcrPush",
        ("Microsoft.ContainerRegistry/registries/pull/read", "Microsoft.ContainerRegistry/registries/push/write"),
    ),
    Role(
        "4633458b-17de-408a-b874-0445c86b69e6",
        "Key Vault Secrets User",
        data_actions=(
            "Microsoft.KeyVault/vaults/secrets/getSecret/action",
            "Microsoft.KeyVault/vaults/secrets/readMetadata/action",
        ),
    ),
    Role(
        "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
        "Key Vault Secrets Officer",
        data_actions=("Microsoft.KeyVault/vaults/secrets/*",),
    ),
    Role(
        "21090545-7ca7-4776-b22c-e363652d74d2",
        "Key Vault Reader",
        ("Microsoft.Authorization/*/read", "Microsoft.Resources/*/read", "Microsoft.KeyVault/vaults/read"),
        data_actions=("Microsoft.KeyVault/vaults/*/read", "Microsoft.KeyVault/vaults/secrets/readMetadata/action"),
    ),
    Role(
        "00482a5a-887f-4fb3-b363-3b7fe8e74483", "Key Vault Administrator", data_actions=("Microsoft.KeyVault/vaults/*",)
    ),
    Role(
        "b556d68e-0be0-4f35-a333-ad7ee1ce17ea",
        "Azure AI Enterprise Network Connection Approver",
        (
            *(
                f"{kind}/{action}"
                for kind in (
                    "Microsoft.ContainerRegistry/registries",
                    "Microsoft.KeyVault/vaults",
                    f"{_ML}/registries",
                    f"{_ML}/workspaces",
                    "Microsoft.Storage/storageAccounts",
                )
                for action in (
                    "privateEndpointConnections/read",
                    "privateEndpointConnections/write",
                    "privateEndpointConnectionsApproval/action",
                )
            ),
        ),
    ),
    Role(
        "4d97b98b-1d4f-4787-a291-c67834d212e7",
        "Network Contributor",
        (
            "Microsoft.Authorization/*/read",
            "Microsoft.Network/*",
            "Microsoft.Resources/deployments/*",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ),
    ),
    Role("43d0d8ad-25c7-4714-9337-8ba259a9fe05", "Monitoring Reader", ("*/read",)),
    Role(
        "749f88d5-cbae-40b8-bcfc-e573ddc772fa",
        "Monitoring Contributor",
        (
            "*/read",
            *(f"Microsoft.Insights/{kind}/*" for kind in ("actiongroups", "metricalerts", "scheduledqueryrules")),
            "Microsoft.Insights/DiagnosticSettings/*",
        ),
    ),
    Role(
        "73c42c96-874c-492b-b04d-ab87d138a893",
        "Log Analytics Reader",
        ("*/read",),
        ("Microsoft.OperationalInsights/workspaces/sharedKeys/action",),
    ),
    Role(
        "f1a07417-d97a-45cb-824c-7a7467783830",
        "Managed Identity Operator",
        (
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/read",
            "Microsoft.ManagedIdentity/userAssignedIdentities/*/assign/action",
            "Microsoft.Authorization/*/read",
            "Microsoft.Resources/subscriptions/resourceGroups/read",
        ),
    ),
    Role(
        "17d1049b-9a84-46fb-8f53-869881c3d3ab",
        "Storage Account Contributor",
        ("Microsoft.Storage/storageAccounts/*", "Microsoft.Authorization/*/read", "Microsoft.Resources/*/read"),
    ),
    Role(
        "b7e6dc6d-f1e8-4753-8033-0f276bb0955b",
        "Storage Blob Data Owner",
        (f"{_BLOB}/containers/*", f"{_BLOB}/generateUserDelegationKey/action"),
        (),
        (f"{_BLOBS}/*",),
    ),
    Role(
        "ba92f5b4-2d11-453d-a403-e96b0029c9fe",
        "Storage Blob Data Contributor",
        (
            *(f"{_BLOB}/containers/{verb}" for verb in ("delete", "read", "write")),
            f"{_BLOB}/generateUserDelegationKey/action",
        ),
        (),
        tuple(f"{_BLOBS}/{verb}" for verb in ("delete", "read", "write", "move/action", "add/action")),
    ),
    Role(
        "db58b8e5-c6ad-4a2a-8342-4190687cbf4a",
        "Storage Blob Delegator",
        (f"{_BLOB}/generateUserDelegationKey/action",),
    ),
    Role(
        "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1",
        "Storage Blob Data Reader",
        (f"{_BLOB}/containers/read", f"{_BLOB}/generateUserDelegationKey/action"),
        (),
        (f"{_BLOBS}/read",),
    ),
)
BUILT_IN: dict[str, Role] = {role.id: role for role in _ROLES}
