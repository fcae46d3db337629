"""HTTP with a deployment's server: whole answers, and what counts as none."""

from __future__ import annotations

import asyncio
import secrets
import socket

import pytest

from localazure.emulator.scoring.upstream import Answer, UpstreamError, exchange, request

pytestmark = pytest.mark.emulator_only


def ask(loop: asyncio.Runner, raw: bytes, method: bytes = b"POST") -> tuple[Answer, bytes]:
    """Give one raw answer to one request; what the server read comes back too."""
    name, seen = f"localazure/{secrets.token_hex(8)}", bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.extend(await reader.read(4096))
        writer.write(raw)
        writer.close()
        await writer.wait_closed()

    async def run() -> Answer:
        async with await asyncio.start_unix_server(serve, sock=bound(name)):
            return await exchange(name, request(method, b"/score", [(b"a", b"b")], b"[1]"))

    return loop.run(run()), bytes(seen)


def bound(name: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind("\0" + name)
    return listener


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n1\r\ni\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\nhi",
    ],
)
def test_answer_by_length_by_chunks_or_until_the_end(loop: asyncio.Runner, raw: bytes) -> None:
    """The three ways in which HTTP ends a body give the same answer."""
    answer, seen = ask(loop, raw)
    assert (answer.status, answer.body) == (200, b"hi")
    assert (
        seen == b"POST /score HTTP/1.1\r\nhost: localhost\r\na: b\r\ncontent-length: 3\r\nconnection: close\r\n\r\n[1]"
    )


def test_head_has_no_body(loop: asyncio.Runner) -> None:
    """The length in an answer to HEAD announces nothing."""
    answer, _ = ask(loop, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", b"HEAD")
    assert (answer.status, answer.body) == (200, b"")


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi", b"nonsense\r\n\r\n"])
def test_half_an_answer_is_none(loop: asyncio.Runner, raw: bytes) -> None:
    """A connection that ends early, or speaks something else, is an error; the script may have run."""
    with pytest.raises(UpstreamError) as failed:
        ask(loop, raw)
    assert failed.value.sent


def test_nobody_listens(loop: asyncio.Runner) -> None:
    """A server that isn't there has not seen the request, so it may be sent anew."""
    with pytest.raises(UpstreamError) as failed:
        loop.run(exchange("localazure/nobody", b""))
    assert not failed.value.sent
