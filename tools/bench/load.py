"""A load of HTTP/1.1 requests over kept connections: closed loop, each connection sends when its answer is there."""

from __future__ import annotations

import asyncio
import ssl
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Target:
    """Where to, and the whole request as bytes."""

    host: str
    port: int
    request: bytes
    tls: ssl.SSLContext | None = None


def post(target: str, host: str, body: bytes, headers: dict[str, str]) -> bytes:
    """A POST of JSON as bytes."""
    lines = {"Host": host, "Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"POST {target} HTTP/1.1\r\n{head}\r\n".encode() + body


def rate(target: Target, *, connections: int, seconds: float) -> float:
    """Answers a second. Raises RuntimeError for the first answer that isn't 200."""
    return asyncio.run(_rate(target, connections, seconds))


async def _rate(target: Target, connections: int, seconds: float) -> float:
    until = time.perf_counter() + seconds
    began = time.perf_counter()
    counts = await asyncio.gather(*(_connection(target, until) for _ in range(connections)))
    return sum(counts) / (time.perf_counter() - began)


async def _connection(target: Target, until: float) -> int:
    """A connection that the server closes between answers is opened again, as clients do."""
    count = 0
    while time.perf_counter() < until:
        reader, writer = await asyncio.open_connection(target.host, target.port, ssl=target.tls)
        try:
            while time.perf_counter() < until:
                writer.write(target.request)
                closes = await _answer(reader)
                count += 1
                if closes:
                    break
        except (asyncio.IncompleteReadError, ConnectionResetError) as gone:
            if isinstance(gone, asyncio.IncompleteReadError) and gone.partial:
                raise
        finally:
            writer.close()
    return count


async def _answer(reader: asyncio.StreamReader) -> bool:
    """Read one answer; gives whether the server closes the connection after it."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    lines = head.split(b"\r\n")
    if b" 200 " not in lines[0]:
        raise RuntimeError(f"the answer was {head.decode(errors='replace')}")
    length = next(int(line.split(b":")[1]) for line in lines if line.startswith(b"content-length:"))
    await reader.readexactly(length)
    return b"connection: close" in head
