"""One HTTP exchange with a deployment's server over its socket.

The server's workers close a connection after each answer, so there is nothing to pool.
"""

from __future__ import annotations

import asyncio
import socket
from dataclasses import dataclass
from typing import cast

import httptools

Headers = list[tuple[bytes, bytes]]


class UpstreamError(Exception):
    """No whole answer. `sent` says whether the request may have reached the script."""

    def __init__(self, message: str, *, sent: bool) -> None:
        super().__init__(message)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Headers
    body: bytes


class _Exchange(asyncio.Protocol):
    def __init__(self, message: bytes) -> None:
        self._message, self._bodiless = message, message.startswith(b"HEAD ")
        self._until_close = False
        self._headers: Headers = []
        self._body: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self._parser = httptools.HttpResponseParser(self)
        self.answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own class derives from none of asyncio's
        self._transport.write(self._message)

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"the server's answer is no HTTP: {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        if exc is None and self._until_close:
            self.on_message_complete()
        self._fail("the server closed the connection before its answer was whole")

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._until_close = not any(name in (b"content-length", b"transfer-encoding") for name, _ in self._headers)
        if self._bodiless:
            self.on_message_complete()

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        if not self.answer.done():
            self.answer.set_result(Answer(self._parser.get_status_code(), self._headers, b"".join(self._body)))
        self.abort()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, message: str) -> None:
        if not self.answer.done():
            self.answer.set_exception(UpstreamError(message, sent=True))
        self.abort()


def request(method: bytes, target: bytes, headers: Headers, body: bytes) -> bytes:
    """The request's bytes; `headers` without Host and Content-Length."""
    lines = [b"%s %s HTTP/1.1\r\nhost: localhost\r\n" % (method, target)]
    lines += [b"%s: %s\r\n" % header for header in headers]
    lines.append(b"content-length: %d\r\nconnection: close\r\n\r\n" % len(body))
    lines.append(body)
    return b"".join(lines)


async def exchange(name: str, message: bytes) -> Answer:
    """Send to the abstract socket `name` and take the answer. Raises UpstreamError; cancelling hangs up."""
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        sock.connect("\0" + name)
    except OSError as error:
        sock.close()
        raise UpstreamError(f"the server can't be reached: {error.strerror}", sent=False) from error
    loop = asyncio.get_running_loop()
    _, protocol = await loop.create_unix_connection(lambda: _Exchange(message), sock=sock)
    try:
        return await protocol.answer
    finally:
        protocol.abort()
