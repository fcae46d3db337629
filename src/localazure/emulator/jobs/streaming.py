"""Copies a growing local log into blob storage while it grows."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ..arm.ids import ArmId
from . import places, states

if TYPE_CHECKING:
    from ..storage.blob_places import BlobPlace
    from ..workshop import Workshop

_EVERY = 0.3  # seconds
_MOST = 1 << 20  # bytes a block


@asynccontextmanager
async def streamed(cloud: Workshop, job: ArmId, folder: BlobPlace, log: Path, name: str) -> AsyncIterator[None]:
    """While inside, what is written to `log` is appended to the blob `name` below the run's artifacts.

    Afterwards all of it is there. The log is listed in the run once it has a first byte.
    """
    ended = asyncio.Event()
    copy = asyncio.create_task(_copy(cloud, job, folder, log, name, ended))
    try:
        yield
    finally:
        ended.set()
        await copy


async def _copy(cloud: Workshop, job: ArmId, folder: BlobPlace, log: Path, name: str, ended: asyncio.Event) -> None:
    place, offset = places.below(folder, name), 0
    while True:
        last = ended.is_set()
        while data := await asyncio.to_thread(_read, log, offset):
            await cloud.blobs.append(place.account, place.container, place.path, data)
            states.add_log(cloud.store, job, name)
            offset += len(data)
        if last:
            return
        try:
            async with asyncio.timeout(_EVERY):
                await ended.wait()
        except TimeoutError:
            continue


def _read(log: Path, offset: int) -> bytes:
    if not log.exists():
        return b""
    with log.open("rb") as file:
        file.seek(offset)
        return file.read(_MOST)
