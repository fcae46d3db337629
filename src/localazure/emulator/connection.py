"""The HTTP side of the server that the application needs to reach: the connection itself, to drop it."""

from __future__ import annotations

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TRANSPORT = "localazure.transport"


class Protocol(HttpToolsProtocol):
    """uvicorn's own, with the transport in the scope of each request."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[_TRANSPORT] = self.transport  # type: ignore[literal-required]


async def drop(scope: Scope, receive: Receive) -> None:
    """Close the connection without an answer, as a network does."""
    scope[_TRANSPORT].abort()
    while (await receive())["type"] != "http.disconnect":
        pass
