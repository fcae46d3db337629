"""Rule: datastores are reached as the caller, never by a key that the workspace keeps.

Why: with a key in the workspace everybody who may use the datastore reads all of it; as the caller, each reads what his
roles let him.
Source: how-to-administrate-data-authentication (`systemDatastoresAuthMode`, credential-less datastores).
"""

from __future__ import annotations

from collections.abc import Iterator

from ..resource import Resource
from ..rule import Declared, Rule, Violation, invalid


class DatastoreKeys(Rule):
    id = "datastore-keys"
    kinds = ("machinelearningservices:Workspace", "machinelearningservices:Datastore")

    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]:
        if resource.kind.endswith(":Datastore"):
            path = "properties.credentials.credentialsType"
            value = resource.get(path)
            if value not in (None, "None"):
                yield from invalid(path, value, "it should be None", "leave credentials out and grant a role instead")
            return
        path = "systemDatastoresAuthMode"
        value = resource.get(path)
        if str(value).lower() not in ("identity", "userdelegationsas"):
            todo = f"set platform.storage.datastore_access: identity in {declared.file}"
            yield from invalid(path, value, "it should be Identity", todo)
