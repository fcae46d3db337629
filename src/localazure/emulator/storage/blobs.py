"""Containers and blobs, for the rest of the emulator: addresses, signatures, files in and out.

What comes from outside goes through the gate; what the emulator itself does goes straight to Azurite.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from xml.etree import ElementTree

import httpx

from ..arm.ids import ArmId
from . import blob_containers, blob_sas
from .azurite import Azurite
from .blob_gate import BlobGate
from .blob_places import BlobPlace, resolve

if TYPE_CHECKING:
    from ..ground import Ground

_PIECE = 1 << 20
_APPEND_LIMIT = 4 << 20  # bytes in one append block, for every service version
_AT_ONCE = 8


class BlobsError(Exception):
    """Azurite refused what the emulator asked of it; the message holds its answer."""


class Blobs:
    """What lies in the storage accounts. Every call that touches it starts Azurite where it doesn't run yet."""

    def __init__(self, cloud: Ground) -> None:
        self._cloud, self._suffix = cloud, cloud.settings.storage_suffix
        self._azurite = Azurite(cloud, self._suffix)
        self.gate = BlobGate(cloud, self._azurite, self._suffix)

    async def start(self) -> None:
        """Nothing: Azurite starts when it is first needed."""

    async def stop(self) -> None:
        await self._azurite.stop()

    def url(self, account: str, container: str, path: str = "") -> str:
        """Where the world finds a container or a blob."""
        return f"https://{account}.blob.{self._suffix}/{container}" + (f"/{quote(path, safe='/~')}" if path else "")

    def sas(self, account: str, container: str, permissions: str = "rcwl", minutes: int = 60) -> str:
        """A container's URL with a signature by the first account key."""
        now = datetime.fromtimestamp(self._cloud.clock.now(), UTC)
        key = self._cloud.accounts.named(account).keys[0]
        signed = blob_sas.container_sas(account, key, container, permissions, now, minutes)
        return f"{self.url(account, container)}?{signed}"

    def resolve(self, uri: str, scope: ArmId) -> BlobPlace:
        """Where a URI points; see blob_places."""
        return resolve(self._cloud.store, self._suffix, uri, scope)

    async def empty(self, account: str) -> None:
        """Remove all containers of an account."""
        for container in await self._names(account, "?comp=list", "Containers/Container/Name"):
            await self._ask("DELETE", account, f"/{container}?restype=container", also=(404,))

    async def create_container(self, account: str, container: str) -> None:
        """Make a container; one that is there is left alone."""
        await self._ask("PUT", account, f"/{container}?restype=container", also=(409,))
        blob_containers.made(self._cloud, self._cloud.accounts.named(account).id, container)

    async def delete_container(self, account: str, container: str) -> None:
        """Remove a container with all its blobs; one that isn't there is none."""
        await self._ask("DELETE", account, f"/{container}?restype=container", also=(404,))
        blob_containers.gone(self._cloud, self._cloud.accounts.named(account).id, container)

    async def upload_file(self, account: str, container: str, path: str, data: bytes | Path) -> None:
        """Write a block blob, over whatever is there."""
        length = data.stat().st_size if isinstance(data, Path) else len(data)
        headers = {"x-ms-blob-type": "BlockBlob", "content-length": str(length)}
        content = _pieces(data) if isinstance(data, Path) else data
        await self._ask("PUT", account, _target(container, path), headers=headers, content=content)

    async def append(self, account: str, container: str, path: str, data: bytes) -> None:
        """Add to an append blob, made if it isn't there."""
        target = _target(container, path)
        new = {"x-ms-blob-type": "AppendBlob", "if-none-match": "*"}
        for start in range(0, len(data), _APPEND_LIMIT):
            piece = data[start : start + _APPEND_LIMIT]
            answer = await self._ask("PUT", account, f"{target}?comp=appendblock", content=piece, also=(404,))
            if answer.status_code == 404:
                await self._ask("PUT", account, target, headers=new, also=(409,))
                await self._ask("PUT", account, f"{target}?comp=appendblock", content=piece)

    async def upload_tree(self, src: Path, account: str, container: str, prefix: str) -> None:
        """Write every file below a folder to `prefix/…`; a file goes to `prefix` itself."""
        if src.is_file():
            await self.upload_file(account, container, prefix, src)
            return
        below = prefix.strip("/")
        files = sorted(path for path in src.rglob("*") if path.is_file())
        await self._all(
            self.upload_file(
                account, container, "/".join(filter(None, (below, file.relative_to(src).as_posix()))), file
            )
            for file in files
        )

    async def download_tree(self, account: str, container: str, prefix: str, dest: Path) -> int:
        """Bring everything below a prefix to a folder; gives the number of files, 0 where there is nothing.

        A prefix that is itself a blob gives that one file, under its own name.
        """
        path = prefix.strip("/")
        if path and await self._is_blob(account, container, path):
            found = {path: path.rsplit("/", 1)[-1]}
        else:
            below = f"{path}/" if path else ""
            names = await self.paths(account, container, below)
            found = {name: name[len(below) :] for name in names if not _is_folder(name, names)}
        root = dest.resolve()
        targets = {name: (root / relative).resolve() for name, relative in found.items()}
        if outside := [name for name, target in targets.items() if not target.is_relative_to(root)]:
            raise BlobsError(f"blob names that point outside their folder: {', '.join(outside)}")
        await self._all(self.download_file(account, container, name, target) for name, target in targets.items())
        return len(targets)

    async def download_file(self, account: str, container: str, path: str, dest: Path) -> None:
        """Bring one blob; the file is there whole or not at all."""
        dest.parent.mkdir(parents=True, exist_ok=True)
        partial = dest.with_name(f"{dest.name}.part")
        answer = await self._azurite.send("GET", account, _target(container, path))
        try:
            if answer.status_code != 200:
                raise BlobsError(f"GET {container}/{path}: {answer.status_code} {(await answer.aread()).decode()}")
            with partial.open("wb") as file:
                async for piece in answer.aiter_raw(_PIECE):
                    await asyncio.to_thread(file.write, piece)
        finally:
            await answer.aclose()
        partial.replace(dest)

    async def read(self, account: str, container: str, path: str) -> bytes | None:
        """A blob's content, None where there is none."""
        answer = await self._ask("GET", account, _target(container, path), also=(404,))
        return None if answer.status_code == 404 else answer.content

    async def paths(self, account: str, container: str, prefix: str = "", at_most: int | None = None) -> list[str]:
        """The names of all blobs that start with the prefix, in order; none where there is no such container."""
        query = f"?restype=container&comp=list&prefix={quote(prefix, safe='')}"
        return await self._names(account, f"{container}{query}", "Blobs/Blob/Name", at_most)

    # -- inside --------------------------------------------------------------------------------------------------------

    async def _names(self, account: str, target: str, element: str, at_most: int | None = None) -> list[str]:
        names: list[str] = []
        marker = ""
        while True:
            size = min(at_most or 5000, 5000)
            answer = await self._ask(
                "GET", account, f"/{target}&maxresults={size}&marker={quote(marker, safe='')}", also=(404,)
            )
            if answer.status_code == 404:
                return []
            listed = ElementTree.fromstring(answer.content)  # noqa: S314 (Azurite's own answer)
            names += [found.text or "" for found in listed.findall(element)]
            marker = listed.findtext("NextMarker") or ""
            if not marker or (at_most is not None and len(names) >= at_most):
                return names[:at_most]

    async def _is_blob(self, account: str, container: str, path: str) -> bool:
        answer = await self._ask("HEAD", account, _target(container, path), also=(404,))
        return answer.status_code == 200

    async def _ask(
        self,
        method: str,
        account: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | AsyncIterator[bytes] | None = None,
        also: tuple[int, ...] = (),
    ) -> httpx.Response:
        """Send and read. Raises BlobsError for an error that isn't among `also`, AzuriteUnavailable."""
        answer = await self._azurite.send(method, account, target, headers=headers, content=content)
        try:
            await answer.aread()
        finally:
            await answer.aclose()
        if answer.status_code >= 400 and answer.status_code not in also:
            raise BlobsError(f"{method} {target}: {answer.status_code} {answer.text}")
        return answer

    async def _all(self, works: Iterable[Coroutine[Any, Any, None]]) -> None:
        slots = asyncio.Semaphore(_AT_ONCE)

        async def one(work: Coroutine[Any, Any, None]) -> None:
            async with slots:
                await work

        async with asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(one(work))


def _target(container: str, path: str) -> str:
    return f"/{container}/{quote(path.strip('/'), safe='/~')}"


def _is_folder(name: str, names: list[str]) -> bool:
    """Some clients mark a folder by an empty blob of its name."""
    return any(other.startswith(f"{name}/") for other in names)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
