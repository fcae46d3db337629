"""The emulator's own way to blobs, on a real Azurite."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from localazure.emulator.arm.ids import ArmId
from localazure.emulator.clock import Clock
from localazure.emulator.processes import Processes
from localazure.emulator.settings import load
from localazure.emulator.storage.accounts import Accounts
from localazure.emulator.storage.blobs import Blobs, BlobsError
from localazure.emulator.store import Store

pytestmark = pytest.mark.emulator_only


@asynccontextmanager
async def running(home: Path) -> AsyncIterator[Blobs]:
    """Blobs with an account `acc` that has a container `con`."""
    store = Store(home / "state.db")
    cloud: Any = SimpleNamespace(home=home, store=store, clock=Clock(store), settings=load(store, port=1, proxy_port=2))
    cloud.processes, cloud.accounts = Processes(store), Accounts(store)
    blobs = Blobs(cloud)
    try:
        cloud.accounts.ensure("acc", ArmId("/subscriptions/s/x"))
        await blobs.create_container("acc", "con")
        yield blobs
    finally:
        await blobs.stop()
        await cloud.processes.stop()
        store.close()


def test_trees_go_in_and_come_out(tmp_path: Path) -> None:
    """Files of any size and name; a prefix gives what is below it, a blob's name that one file, nothing is 0."""
    source = tmp_path / "source"
    (source / "deep/er").mkdir(parents=True)
    (source / "a b+ü.txt").write_text("one")
    (source / "deep/er/big").write_bytes(b"x" * (3 << 20))

    async def go() -> None:
        async with running(tmp_path) as blobs:
            await blobs.upload_tree(source, "acc", "con", "there/")
            assert await blobs.paths("acc", "con") == ["there/a b+ü.txt", "there/deep/er/big"]
            assert await blobs.download_tree("acc", "con", "there", tmp_path / "all") == 2
            assert await blobs.download_tree("acc", "con", "there/deep/er/big", tmp_path / "one") == 1
            assert await blobs.download_tree("acc", "con", "nowhere", tmp_path / "none") == 0
            assert await blobs.read("acc", "con", "there/a b+ü.txt") == b"one"
            assert await blobs.read("acc", "con", "nowhere") is None

    asyncio.run(go())
    assert (tmp_path / "all/deep/er/big").read_bytes() == (source / "deep/er/big").read_bytes()
    assert (tmp_path / "all/a b+ü.txt").read_text() == "one"
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["big"]


def test_appends_names_and_an_account_that_is_emptied(tmp_path: Path) -> None:
    """Appending makes the blob; a name that leads outside is refused; an emptied account keeps nothing."""

    async def go() -> None:
        async with running(tmp_path) as blobs:
            await blobs.append("acc", "con", "log", b"a")
            await blobs.append("acc", "con", "log", b"b" * (5 << 20))
            assert await blobs.read("acc", "con", "log") == b"a" + b"b" * (5 << 20)
            await blobs.upload_file("acc", "con", "x/../../escaped", b"")
            with pytest.raises(BlobsError, match="outside"):
                await blobs.download_tree("acc", "con", "x", tmp_path / "in")
            await blobs.empty("acc")
            assert await blobs.paths("acc", "con") == []

    asyncio.run(go())
    assert not (tmp_path / "escaped").exists()
