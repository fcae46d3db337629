"""Asks a Log Analytics workspace. Source: Azure Monitor Log Analytics REST API v1, Query - Execute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from amlops.azure import Azure
from amlops.azure.arm import Channel, refused
from amlops.errors import AmlopsError

PUBLIC = "https://api.loganalytics.io"
SCOPE = f"{PUBLIC}/.default"
API_VERSION = "2023-09-01"


@dataclass(frozen=True)
class LogAnalytics:
    """`workspace` is its ARM id."""

    azure: Azure
    workspace: str

    def query(self, text: str) -> list[Mapping[str, Any]]:
        """The rows of the first table, by their columns' names. Raises AmlopsError."""
        answer = self._channel.send("POST", f"/v1/workspaces/{self._customer}/query", body={"query": text})
        if answer.status >= 400:
            raise refused(f"a query of {self._name}", answer)
        for table in answer.body.get("tables") or ():
            names = [column["name"] for column in table["columns"]]
            return [dict(zip(names, row, strict=True)) for row in table["rows"]]
        return []

    @property
    def _name(self) -> str:
        return self.workspace.rsplit("/", 1)[-1]

    @cached_property
    def _customer(self) -> str:
        """The id by which queries name it. Raises AmlopsError where it is not there."""
        found = self.azure.resource(self.workspace, API_VERSION)
        if found is None:
            todo = "apply the platform, or count by `rollout.counts: metrics`"
            raise AmlopsError(f"the Log Analytics workspace {self._name} is not there; {todo}", exit_code=3)
        return str(found["properties"]["customerId"])

    @cached_property
    def _channel(self) -> Channel:
        """A local Azure answers for this service too."""
        azure = self.azure
        endpoint = azure.endpoint if azure.is_local else PUBLIC
        return Channel(endpoint, azure.credential, SCOPE, ca=azure.ca, local=azure.is_local)
