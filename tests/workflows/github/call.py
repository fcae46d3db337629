"""What a handler of the REST API gets and gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .hub import Hub, Issue
from .tokens import Token


class Refused(Exception):
    """An error of the API: status and message, in GitHub's words."""

    def __init__(self, status: int, message: str, errors: list[Any] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.errors = errors


NOT_FOUND = (404, "Not Found")
NOT_ALLOWED = (403, "Resource not accessible by integration")


@dataclass(frozen=True)
class Call:
    hub: Hub
    caller: Token
    params: dict[str, str]
    query: dict[str, str]
    body: dict[str, Any]

    def issue(self, name: str) -> Issue:
        """The issue or pull request that the path names. Raises Refused."""
        found = self.hub.issues.get(int(self.params[name]))
        if found is None:
            raise Refused(*NOT_FOUND)
        return found

    def pull(self) -> Issue:
        found = self.issue("pull_number")
        if found.pull is None:
            raise Refused(*NOT_FOUND)
        return found


@dataclass(frozen=True)
class Reply:
    """`listed` is paged; with `inside` it stands under that key beside `total_count`."""

    status: int = 200
    body: Any = None
    listed: list[Any] | None = None
    inside: str = ""


@dataclass(frozen=True)
class Route:
    """`needs`: one of these permissions lets the caller in; none for what everybody may. `by_app`: the App itself
    calls, with a token that its key signed."""

    method: str
    template: str
    handler: Callable[[Call], Reply]
    needs: tuple[tuple[str, str], ...] = field(default=())
    by_app: bool = False

    def match(self, path: str) -> dict[str, str] | None:
        """The path's parameters, None where it is another one's."""
        wanted, given = self.template.split("/"), path.split("/")
        if len(wanted) != len(given):
            return None
        found: dict[str, str] = {}
        for name, value in zip(wanted, given, strict=True):
            if name.startswith("{"):
                found[name[1:-1]] = value
            elif name != value:
                return None
        return found
