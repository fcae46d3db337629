"""Connections of a workspace to other services. Their credentials are answered by listsecrets only."""

from __future__ import annotations

from collections.abc import Mapping

from ..arm.errors import bad_request
from ..store import Resource
from .base import Action, Call, Reply, ResourceType

_WITHOUT_CREDENTIALS = ("AAD", "None")
_AZURE_AI = ("AzureOpenAI", "CognitiveService", "CognitiveSearch", "AIServices")


class WorkspaceConnection(ResourceType):
    type = "Microsoft.MachineLearningServices/workspaces/connections"

    def admit(self, call: Call) -> None:
        given = call.body["properties"]
        for name in ("category", "target"):
            if not given.get(name):
                raise bad_request("ValidationError", f"'{name}' is required.", target=f"properties.{name}")
        known = call.existing is not None and call.existing.secret.get("credentials")
        if given["authType"] not in _WITHOUT_CREDENTIALS and not given.get("credentials") and not known:
            raise bad_request(
                "ValidationError",
                f"A connection with authType '{given['authType']}' needs 'credentials'.",
                target="properties.credentials",
            )

    def compose(self, call: Call) -> Resource:
        given = dict(call.body["properties"])
        before = call.existing.secret if call.existing else {}
        credentials = given.pop("credentials", None) or before.get("credentials")
        properties = {
            "isSharedToAll": False,
            "sharedUserList": [],
            "metadata": {},
            **given,
            "credentials": None,
            "group": "AzureAI" if given["category"] in _AZURE_AI else "ServicesAndApps",
            "createdByWorkspaceArmId": call.id.parent.text if call.id.parent else None,
        }
        return Resource(call.id, {**call.body, "properties": properties}, {"credentials": credentials})

    def listed(self, call: Call, found: list[Resource]) -> list[Resource]:
        query = {name.lower(): value.lower() for name, value in call.query.items()}
        wanted = {"category": query.get("category"), "target": query.get("target")}
        return [
            connection
            for connection in found
            if all(value is None or str(connection.properties[name]).lower() == value for name, value in wanted.items())
        ]

    def actions(self) -> Mapping[str, Action]:
        return {"POST listsecrets": _secrets}


async def _secrets(call: Call) -> Reply:
    connection = call.existing
    assert connection is not None
    shown = connection.with_properties(credentials=connection.secret.get("credentials"))
    at = {"id": connection.id.text, "name": connection.id.name, "type": connection.type}
    return Reply(200, {**at, **shown.body})
