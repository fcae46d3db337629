"""One operation of the tables, and one with the parameters of a request in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Route:
    """What Azure's SDK says about one method and URL.

    `params` and `path` are filled by `Tables.match`: `path` is the request's with literal segments in canonical casing.
    """

    table: str  # "ml", "storage", …
    operations: tuple[str, ...]  # "Workspaces.create_or_update"; several where they go over the wire alike
    method: str
    template: str
    resource_type: str  # "Microsoft.X/a/b"; the namespace alone for operations that belong to no resource
    action: str | None  # "listKeys": what follows the resource's path and is no collection
    is_collection: bool
    api_version: str  # the SDK's own
    statuses: tuple[int, ...]
    lro: bool
    lro_headers: Mapping[int, tuple[str, ...]]  # status → headers that the client reads ("Location", "Retry-After", …)
    final_state_via: str | None
    paged: bool
    query: tuple[str, ...]  # without api-version
    required_query: tuple[str, ...]
    request_headers: tuple[str, ...]  # "If-Match", …
    body_type: str | None  # "ml/Workspace"
    body_required: bool
    response_type: str | None  # of an item where the route is paged
    path_rules: Mapping[str, Mapping[str, Any]]  # parameter → pattern, minLength, maxLength
    params: Mapping[str, str] = field(default_factory=dict)
    path: str = ""

    @property
    def name(self) -> str:
        """Unique over all tables."""
        return f"{self.table}/{self.operations[0]}"

    @property
    def key(self) -> str:
        """As `ResourceType.actions` names it: "POST listKeys"; "POST" for an action on the resource's own path."""
        return f"{self.method} {self.action}" if self.action else self.method

    @property
    def permission(self) -> str:
        """The action that a role must grant. Source: Azure RBAC, "Azure resource provider operations"."""
        verb = {"GET": "read", "HEAD": "read", "PUT": "write", "PATCH": "write", "DELETE": "delete"}.get(self.method)
        target = f"{self.resource_type}/{self.action}" if self.action else self.resource_type
        return f"{target}/{verb or 'action'}"

    def answers(self, status: int) -> bool:
        """Whether the SDK takes the status for success."""
        return status in self.statuses

    def at(self, params: Mapping[str, str], path: str) -> Route:
        return replace(self, params=params, path=path)


def route(table: str, entry: Mapping[str, Any]) -> Route:
    """A route from one line of a table."""
    return Route(
        table=table,
        operations=tuple(entry["operations"]),
        method=entry["method"],
        template=entry["template"],
        resource_type=entry["type"],
        action=entry.get("action"),
        is_collection=entry.get("collection", False),
        api_version=entry["apiVersion"],
        statuses=tuple(entry["statuses"]),
        lro=entry.get("longRunning", False),
        lro_headers={int(status): tuple(names) for status, names in entry.get("headers", {}).items()},
        final_state_via=entry.get("finalStateVia"),
        paged=entry.get("paged", False),
        query=tuple(entry.get("query", ())),
        required_query=tuple(entry.get("requiredQuery", ())),
        request_headers=tuple(entry.get("requestHeaders", ())),
        body_type=f"{table}/{entry['body']}" if "body" in entry else None,
        body_required=entry.get("bodyRequired", False),
        response_type=f"{table}/{entry['answer']}" if "answer" in entry else None,
        path_rules=entry.get("pathRules", {}),
    )
