"""Rule: connections of a workspace use an identity where the other side takes one.

Why: a connection's key is readable by everybody who may use the connection, and nobody renews it.
Source: WorkspaceConnectionPropertiesV2 (`authType` AAD, ManagedIdentity).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid

_KEYLESS = ("AAD", "ManagedIdentity", "None", "AccountManagedIdentity", "ProjectManagedIdentity", "OAuth2")


class ConnectionKeys(Rule):
    id = "connection-keys"
    kinds = ("machinelearningservices:WorkspaceConnection",)
    severity = "warning"

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        path = "properties.authType"
        value = resource.get(path)
        if value not in _KEYLESS:
            todo = "connect by identity, or except it if the other side takes keys only"
            yield from invalid(path, value, "it should be AAD or ManagedIdentity", todo)
