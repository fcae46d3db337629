"""One repository's part of GitHub's REST API: any request to it, page after page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from .errors import GitHubRefused
from .tokens import Token
from .transport import Transport

PAGE = 100
"""Items a page: the most that GitHub gives."""


@dataclass(frozen=True)
class Rest:
    """Paths that don't open with `/` are below `/repos/{owner}/{name}/`."""

    api_url: str
    repository: str
    token: Token = field(repr=False)
    pause: Callable[[float], None] = time.sleep

    @property
    def owner(self) -> str:
        return self.repository.split("/")[0]

    def now(self) -> datetime:
        """GitHub's time (UTC, to the second). Raises AmlopsError where it doesn't answer."""
        try:
            answer = self._transport.send("GET", "/rate_limit")
        except GitHubRefused as error:
            # an Enterprise Server without rate limits has no such page; the run's repository it always has
            if error.status != 404:
                raise
            answer = self._transport.send("GET", f"/repos/{self.repository}")
        return answer.date or datetime.now(UTC)

    def get(self, path: str, **query: Any) -> Any:
        """Raises GitHubRefused."""
        return self._transport.send("GET", self._path(path), query=query or None).body

    def find(self, path: str, **query: Any) -> Any:
        """Like `get`; None where GitHub has no such thing."""
        try:
            return self.get(path, **query)
        except GitHubRefused as error:
            if error.status == 404:
                return None
            raise

    def pages(self, path: str, inside: str = "", **query: Any) -> Iterator[Any]:
        """The items of a list, page after page. `inside` is the key of the list where GitHub wraps it."""
        answer = self._transport.send("GET", self._path(path), query={"per_page": PAGE, **query})
        while True:
            yield from answer.body[inside] if inside else answer.body
            if answer.next is None:
                return
            answer = self._transport.send("GET", answer.next)

    def post(self, path: str, body: Any = None) -> Any:
        """Raises GitHubRefused, and Unsure where it may have been done: look, then send it again."""
        return self._transport.send("POST", self._path(path), body=body).body

    def patch(self, path: str, body: Any) -> Any:
        return self._transport.send("PATCH", self._path(path), body=body).body

    def put(self, path: str, body: Any = None) -> Any:
        return self._transport.send("PUT", self._path(path), body=body).body

    def delete(self, path: str) -> None:
        self._transport.send("DELETE", self._path(path))

    @cached_property
    def _transport(self) -> Transport:
        return Transport(self.api_url, self.token, self.pause)

    def _path(self, path: str) -> str:
        return path if path.startswith("/") else f"/repos/{self.repository}/{path}"
