"""Azurite, the store behind the blob gate: a child process that starts at the first need and again after it died.

It serves one address on loopback under one key, which nobody but the emulator has. Accounts, who may do what, and what
the world sees are the gate's and `Blobs`' business. What Azurite has no option for is in azurite_inside.cjs.
"""

from __future__ import annotations

import asyncio
import base64
import os
import re
import secrets
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from email.utils import formatdate
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from . import blob_shared_key

if TYPE_CHECKING:
    from ..ground import Ground
    from ..processes import Child

VERSION = "2025-11-05"  # x-ms-version of our own requests, one that Azurite 3.37 knows
_LISTENS = re.compile(rb"successfully listens on (http://127\.0\.0\.1:\d+)")
_START_SECONDS = 60.0
_END_SECONDS = 15.0
_INSIDE = Path(__file__).with_name("azurite_inside.cjs")
_MODULES = Path(__file__).resolve().parents[4] / "tools" / "node_modules"


class AzuriteUnavailable(Exception):
    """Azurite can't be started, or died while it was asked. The message says which and what to do."""


class AzuriteMissing(AzuriteUnavailable):
    """Azurite or Node isn't installed: asking again won't help."""


class Azurite:
    """Starts Azurite and signs what is sent to it."""

    def __init__(self, cloud: Ground, suffix: str) -> None:
        self._cloud, self._suffix = cloud, suffix
        self._child: Child | None = None
        self._client: httpx.AsyncClient | None = None
        self._starting = asyncio.Lock()

    @property
    def log(self) -> Path:
        return self._cloud.home / "logs" / "azurite.log"

    async def stop(self) -> None:
        """End Azurite, if it runs, by SIGTERM."""
        async with self._starting:
            if self._client is not None:
                await self._client.aclose()
            if self._child is not None:
                await self._child.terminate()
            self._client = self._child = None

    async def send(
        self,
        method: str,
        account: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | AsyncIterator[bytes] | None = None,
    ) -> httpx.Response:
        """Send one signed request; the response is not read yet, close it.

        `target` is the path with its query, percent-encoded. A body that is an iterator needs its `content-length`
        among the headers. Starts Azurite anew where it died, and asks again where nothing can have been done yet.
        Raises AzuriteUnavailable.
        """
        sent = {
            "x-ms-version": VERSION,
            **{name.lower(): value for name, value in (headers or {}).items()},
            "x-ms-date": formatdate(usegmt=True),
            "host": f"{account}.blob.{self._suffix}",
        }
        body = b"" if content is None else content
        if isinstance(body, bytes):
            sent["content-length"] = str(len(body))
        sent["authorization"] = blob_shared_key.sign(self._key(), account, method, target, sent)
        try:
            return await self._sent(method, target, sent, body)
        except httpx.TransportError as error:
            again = isinstance(error, httpx.ConnectError) or method in {"GET", "HEAD"}
            if not again or not await self._ended():
                raise AzuriteUnavailable(f"Azurite did not answer ({error!r}); see {self.log}") from error
        try:
            return await self._sent(method, target, sent, body)
        except httpx.TransportError as error:
            raise AzuriteUnavailable(f"Azurite did not answer ({error!r}); see {self.log}") from error

    async def _sent(
        self, method: str, target: str, headers: Mapping[str, str], content: bytes | AsyncIterator[bytes]
    ) -> httpx.Response:
        client = await self._ready()
        # httpx would encode the target anew, and the signature covers it as it is
        request = client.build_request(
            method, "/", headers=headers, content=content, extensions={"target": target.encode()}
        )
        request.headers.pop("accept-encoding", None)
        return await client.send(request, stream=True)

    async def _ended(self) -> bool:
        """Whether Azurite is gone, which a broken connection tells before its guardian does."""
        if self._child is None:
            return True
        try:
            async with asyncio.timeout(_END_SECONDS):
                await self._child.wait()
        except TimeoutError:
            return False
        return True

    async def _ready(self) -> httpx.AsyncClient:
        async with self._starting:
            if self._client is None or self._child is None or self._child.returncode is not None:
                if self._client is not None:
                    await self._client.aclose()
                self._client = httpx.AsyncClient(
                    base_url=await self._start(),
                    timeout=httpx.Timeout(None, connect=10.0),
                    # Node closes an idle connection after 5 s
                    limits=httpx.Limits(max_connections=64, keepalive_expiry=3.0),
                    trust_env=False,
                )
            return self._client

    async def _start(self) -> str:
        """Start the process and wait until it says where it listens; gives that address."""
        data = self._cloud.home / "azurite"
        data.mkdir(parents=True, exist_ok=True)
        self.log.parent.mkdir(parents=True, exist_ok=True)
        before = self.log.stat().st_size if self.log.exists() else 0
        self._child = child = await self._cloud.processes.spawn(
            "azurite",
            [
                *(_node(), "--require", _INSIDE, _program()),
                *("--blobHost", "127.0.0.1", "--blobPort", "0", "--location", data),
                *("--disableTelemetry", "--skipApiVersionCheck", "--silent"),
            ],
            env={"PATH": os.environ.get("PATH", os.defpath), "LOCALAZURE_AZURITE_KEY": self._key()},
            cwd=data,
            log=self.log,
            die_with=signal.SIGTERM,
        )
        for _ in range(int(_START_SECONDS / 0.02)):
            with self.log.open("rb") as log:
                log.seek(before)
                said = log.read()
            if found := _LISTENS.search(said):
                return found.group(1).decode()
            if child.returncode is not None:
                raise AzuriteUnavailable(
                    f"Azurite ended with {child.returncode}: {said.decode(errors='replace')[-800:]}"
                )
            await asyncio.sleep(0.02)
        await child.terminate()
        raise AzuriteUnavailable(f"Azurite did not listen within {_START_SECONDS:.0f} s; see {self.log}")

    def _key(self) -> str:
        key = self._cloud.store.record("azurite", "key")
        if key is None:
            key = base64.b64encode(secrets.token_bytes(64)).decode()
            self._cloud.store.set_record("azurite", "key", key)
        return str(key)


def _node() -> Path:
    """Node: AMLOPS_NODE, else on PATH, else beside the interpreter, where set-up links it."""
    beside = Path(sys.executable).with_name("node")
    for found in (os.environ.get("AMLOPS_NODE"), shutil.which("node"), beside if beside.exists() else None):
        if found:
            return Path(found)
    raise AzuriteMissing("Azurite needs Node.js and there is none on PATH; run `make setup`, or set AMLOPS_NODE to it")


def _program() -> Path:
    program = _MODULES / ".bin" / "azurite-blob"
    if not program.exists():
        raise AzuriteMissing(f"Azurite is not installed: {program} is missing; run `make setup`")
    return program
