"""Datastores: where a workspace's paths lead. Their secrets are answered by listSecrets only.

The four that a workspace is born with are made by default_datastores.py; they answer their account's present key.
"""

from __future__ import annotations

from collections.abc import Mapping

from ..arm.errors import ArmError, bad_request
from ..default_datastores import DEFAULT
from ..storage.blob_places import ML
from ..store import Resource
from .base import Action, Call, Reply, ResourceType


class Datastore(ResourceType):
    type = f"{ML}/workspaces/datastores"
    immutable = tuple(
        f"properties.{name}"
        for name in (
            "datastoreType",
            "accountName",
            "containerName",
            "fileShareName",
            "filesystem",
            "endpoint",
            "protocol",
        )
    )

    def admit(self, call: Call) -> None:
        """`skipValidation` leaves out the question whether the account is there."""
        properties = call.body["properties"]
        skipped = next((v for k, v in call.query.items() if k.lower() == "skipvalidation"), "false").lower() == "true"
        account = properties.get("accountName")
        ours = properties.get("endpoint") in (None, call.cloud.settings.storage_suffix)
        if not skipped and account and ours and call.cloud.accounts.get(str(account)) is None:
            raise bad_request(
                "UserError",
                f"The storage account '{account}' was not found; name one that exists, or set skipValidation.",
                target="properties.accountName",
            )

    def compose(self, call: Call) -> Resource:
        composed = super().compose(call)
        properties = composed.properties
        return composed.with_properties(
            isDefault=call.id.name.lower() == DEFAULT,
            endpoint=properties.get("endpoint") or call.cloud.settings.storage_suffix,
            protocol=properties.get("protocol") or "https",
            tags=properties.get("tags") or {},
            properties=properties.get("properties") or {},
        )

    def dismiss(self, call: Call) -> Resource | None:
        if call.id.name.lower() == DEFAULT:
            raise ArmError(400, "UserError", "The default datastore of a workspace can't be deleted.", target="name")
        return None

    def listed(self, call: Call, found: list[Resource]) -> list[Resource]:
        query = {name.lower(): value for name, value in call.query.items()}
        names = {name for name in query.get("names", "").lower().split(",") if name}
        wanted = query.get("isdefault")
        text = query.get("searchtext", "").lower()
        chosen = [
            datastore
            for datastore in found
            if (wanted is None or bool(datastore.properties.get("isDefault")) == (wanted.lower() == "true"))
            and (not names or datastore.id.name.lower() in names)
            and text in datastore.id.name.lower()
        ]
        count = query.get("count", "")
        return chosen[: int(count)] if count.isdecimal() else chosen

    def actions(self) -> Mapping[str, Action]:
        return {"POST listSecrets": _list_secrets}


async def _list_secrets(call: Call) -> Reply:
    datastore = call.existing
    assert datastore is not None
    kind = datastore.properties["credentials"]["credentialsType"]
    if kind == "None":
        raise bad_request(
            "UserError", f"The datastore '{datastore.id.name}' has no credentials; access is by identity."
        )
    account = datastore.secret.get("account")
    if account is not None:
        return Reply(200, {"secretsType": "AccountKey", "key": call.cloud.accounts.named(account).keys[0]})
    return Reply(200, datastore.secret["properties"]["credentials"]["secrets"])
