"""The HTTP side of the server that the application needs to reach: the connection itself, to drop it."""

from __future__ import annotations

from starlette.types import Receive, Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TRANSPORT = "localazure.transport"


class Protocol(HttpToolsProtocol):
    """uvicorn's own, with the transport in the scope of each request, and quick to end."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[_TRANSPORT] = self.transport  # type: ignore[literal-required]

    def shutdown(self) -> None:
        """An idle connection is cut at once: a farewell over TLS would wait for its client."""
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()
        else:
            self.cycle.keep_alive = False


async def drop(scope: Scope, receive: Receive) -> None:
    """Close the connection without an answer, as a network does."""
    scope[_TRANSPORT].abort()
    while (await receive())["type"] != "http.disconnect":
        pass
