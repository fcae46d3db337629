"""Properties that are secret wherever they stand: marked in inputs and outputs, so that state holds them encrypted.

A path segment `*` is any key. Source: `x-ms-secret` in the ARM specifications.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_ML = "machinelearningservices"
_KEYS = ("properties.keys",)

SECRETS: Mapping[tuple[str, str], tuple[str, ...]] = MappingProxyType(
    {
        (_ML, "Compute"): (
            "properties.properties.userAccountCredentials.adminUserPassword",
            "properties.properties.userAccountCredentials.adminUserSshPublicKey",
            "properties.properties.sshSettings.adminPublicKey",
            "properties.properties.administratorAccount.password",
            "properties.properties.administratorAccount.privateKeyData",
            "properties.properties.databricksAccessToken",
        ),
        (_ML, "Datastore"): ("properties.credentials.secrets",),
        (_ML, "WorkspaceConnection"): ("properties.credentials",),
        (_ML, "OnlineEndpoint"): _KEYS,
        (_ML, "BatchEndpoint"): _KEYS,
        ("keyvault", "Secret"): ("properties.value",),
    }
)

SECRET_RESULTS = frozenset(
    {
        "accessToken",
        "accountSasToken",
        "appInsightsInstrumentationKey",
        "containerRegistryCredentials",
        "credentials",
        "key1",
        "key2",
        "keys",
        "notebookAccessKeys",
        "passwords",
        "primaryAccessKey",
        "primaryKey",
        "primarySharedKey",
        "properties",
        "secondaryAccessKey",
        "secondaryKey",
        "secondarySharedKey",
        "serviceSasToken",
        "token",
        "userStorageKey",
    }
)
"""Results of functions that ask for keys or tokens by POST; everything else in their answers is plain."""
