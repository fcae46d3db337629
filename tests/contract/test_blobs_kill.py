"""What blob storage has answered outlives kill -9 of Azurite, and of Azurite and the emulator at once."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.storage.blob import ContainerClient

from tests.support import cloud as support
from tests.support.storage import make_account

pytestmark = pytest.mark.emulator_only


def azurite(home: Path) -> list[int]:
    """Pids of the Azurite of this home, without its guardian."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if b"azurite-blob" in words and os.fsencode(home) in words and b"child.py" not in words:
                found.append(int(entry.name))
    return found


def kill(*pids: int) -> None:
    for pid in pids:
        os.kill(pid, signal.SIGKILL)


def ten(container: ContainerClient, prefix: str) -> dict[str, bytes]:
    """Ten blobs acknowledged one after the other."""
    made = {f"{prefix}{number}": f"{prefix} {number}".encode() for number in range(10)}
    for name, content in made.items():
        container.upload_blob(name, content)
    return made


def test_kill_9_loses_nothing_that_was_answered(tmp_path: Path) -> None:
    """Writes, deletes and appends right before each kill are there, or gone, afterwards; no Azurite is left over."""
    with support.running(tmp_path) as cloud:
        with cloud.client(ResourceManagementClient) as client:
            client.resource_groups.create_or_update("rg", {"location": cloud.location})
        account = make_account(cloud, "rg")
        with account.service(account.key) as service:
            container = service.create_container("kills")
            expected = ten(container, "first")
            container.upload_blob("dropped", b"x")
            container.delete_blob("dropped")
            log = container.get_blob_client("log")
            log.create_append_blob()
            log.append_block(b"1")
            log.append_block(b"2")
            kill(*azurite(tmp_path))
            assert container.download_blob("first9").readall() == b"first 9"
            expected |= ten(container, "second")
            kill(*azurite(tmp_path), int(cloud.told["pid"]))
    with support.running(tmp_path), account.service(account.key) as service:
        container = service.get_container_client("kills")
        found = {b.name: container.download_blob(b.name).readall() for b in container.list_blobs() if b.name != "log"}
        assert found == expected
        assert container.download_blob("log").readall() == b"12"
        assert len(azurite(tmp_path)) == 1
    assert azurite(tmp_path) == []
