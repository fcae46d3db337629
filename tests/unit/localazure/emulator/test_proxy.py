"""The CONNECT proxy joins clients with the local Azure, and with nothing else."""

from __future__ import annotations

import asyncio
import socket

import pytest

from localazure.emulator.proxy import ConnectProxy

pytestmark = pytest.mark.emulator_only


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(1000):
        writer.write(piece.upper())
        await writer.drain()
    writer.close()


async def _reach(proxy: ConnectProxy) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the proxy, which begins to serve."""
    listener = socket.create_server(("127.0.0.1", 0))
    await proxy.start(listener)
    return await asyncio.open_connection(*listener.getsockname())


async def _ask(request: bytes, then: bytes = b"") -> tuple[bytes, bytes]:
    """What a proxy before an upper-casing server says to a request, and what comes back through the tunnel."""
    target = await asyncio.start_server(_echo, "127.0.0.1", 0)
    proxy = ConnectProxy("localazure.test", target.sockets[0].getsockname()[1])
    reader, writer = await _reach(proxy)
    try:
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(then)
        writer.write_eof()
        return head, await reader.read()
    finally:
        writer.close()
        await writer.wait_closed()
        await proxy.stop()
        target.close()
        await target.wait_closed()


def test_a_host_of_the_local_azure_is_reached() -> None:
    """Bytes go both ways, and the end of one side reaches the other."""
    head, back = asyncio.run(_ask(b"CONNECT acc.blob.core.localazure.test:443 HTTP/1.1\r\n\r\n", b"hello"))
    assert head == b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert back == b"HELLO"


@pytest.mark.parametrize(
    "line",
    [
        b"CONNECT acc.blob.core.windows.net:443 HTTP/1.1",
        b"CONNECT evil-localazure.test:443 HTTP/1.1",
        b"CONNECT acc.blob.core.localazure.test:22 HTTP/1.1",
        b"CONNECT 127.0.0.1:443 HTTP/1.1",
        b"GET http://acc.blob.core.localazure.test/ HTTP/1.1",
        b"nonsense",
    ],
)
def test_everything_else_is_refused_with_a_reason(line: bytes) -> None:
    """Other hosts, other ports, other methods: 403, and what to do."""
    head, body = asyncio.run(_ask(line + b"\r\n\r\n"))
    assert head.startswith(b"HTTP/1.1 403 Forbidden")
    assert b"NO_PROXY" in body


def test_a_local_azure_that_does_not_answer_is_502() -> None:
    """The proxy says so instead of hanging."""

    async def ask() -> bytes:
        gone = await asyncio.start_server(_echo, "127.0.0.1", 0)
        port = gone.sockets[0].getsockname()[1]
        gone.close()
        await gone.wait_closed()
        proxy = ConnectProxy("localazure.test", port)
        reader, writer = await _reach(proxy)
        writer.write(b"CONNECT acc.blob.core.localazure.test:443 HTTP/1.1\r\n\r\n")
        said = await reader.read()
        writer.close()
        await writer.wait_closed()
        await proxy.stop()
        return said

    assert asyncio.run(ask()).startswith(b"HTTP/1.1 502")
