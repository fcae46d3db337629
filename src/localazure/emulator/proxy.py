"""The CONNECT proxy: the only way to the storage hosts, which no DNS knows, and the way to nothing else.

HTTPS_PROXY names it. It joins a client with the TLS port for hosts below the local Azure's own domain and refuses every
other host, so that nothing reaches the real cloud by mistake.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket

_HEAD_LIMIT = 16 * 1024  # bytes of a request's head
_HEAD_SECONDS = 15.0
_PIECE = 64 * 1024


class ConnectProxy:
    """An HTTP proxy on loopback that knows CONNECT only."""

    def __init__(self, domain: str, target_port: int) -> None:
        self._ending, self._target_port = f".{domain}", target_port
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self, listener: socket.socket) -> None:
        """Serve on a socket that listens; it is the proxy's from now on."""
        self._server = await asyncio.start_server(self._serve, sock=listener, limit=_HEAD_LIMIT)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            for writer in list(self._open):
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        try:
            async with asyncio.timeout(_HEAD_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(head, reader, writer)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            writer.transport.abort()
        finally:
            self._open.discard(writer)
            writer.close()

    async def _answer(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        words = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        method, wanted = words[0], words[1] if len(words) > 1 else ""
        host, _, port = wanted.rpartition(":")
        if method != "CONNECT" or port != "443" or not host.lower().endswith(self._ending):
            await _refuse(writer, wanted, self._ending)
            return
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        except OSError as error:
            await _say(writer, "502 Bad Gateway", f"The local Azure does not answer on its TLS port: {error}\n")
            return
        self._open.add(inner_writer)
        try:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            async with asyncio.TaskGroup() as both:
                both.create_task(_pump(reader, inner_writer))
                both.create_task(_pump(inner_reader, writer))
        except* ConnectionError:
            writer.transport.abort()
        finally:
            self._open.discard(inner_writer)
            inner_writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(_PIECE):
        writer.write(piece)
        await writer.drain()
    if writer.can_write_eof():
        with contextlib.suppress(OSError):  # the other side has closed already
            writer.write_eof()


async def _refuse(writer: asyncio.StreamWriter, wanted: str, ending: str) -> None:
    await _say(
        writer,
        "403 Forbidden",
        f"This proxy joins clients with *{ending}:443 of the local Azure and with nothing else; '{wanted}' was "
        "refused. For other hosts add them to NO_PROXY, or unset HTTPS_PROXY.\n",
    )


async def _say(writer: asyncio.StreamWriter, status: str, text: str) -> None:
    body = text.encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
