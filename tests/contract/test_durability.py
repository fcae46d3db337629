"""What was answered outlives kill -9; what was begun is taken up again; a full disk is an error and no answer."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from azure.core.exceptions import AzureError
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.support import cloud as support
from tests.support.cloud import LocalCloud

from .conftest import FOREIGN
from .rehearsal import send

pytestmark = pytest.mark.emulator_only

REGISTRY = "/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/{}?api-version=2025-11-01"
BODY = {"location": "westeurope", "sku": {"name": "Basic"}}


@pytest.fixture(autouse=True)
def nobody_elses_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)


def kill(cloud: LocalCloud) -> None:
    """kill -9 of the emulator, and wait until it is gone."""
    pid = int(cloud.told["pid"])
    os.kill(pid, signal.SIGKILL)
    until(lambda: not lives(pid))


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(holds: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < give_up, "it never became true"
        time.sleep(0.02)


def test_what_was_answered_is_there_after_a_kill(tmp_path: Path) -> None:
    """Killed at a random moment while four clients write: each group that was answered is there, at the same URL."""
    seed = int(os.environ.get("LOCALAZURE_SEED", random.randrange(2**32)))
    print(f"seed {seed}: LOCALAZURE_SEED={seed} repeats it")
    answered: list[str] = []
    with support.running(tmp_path) as cloud:

        def write(number: int) -> None:
            try:
                with cloud.client(ResourceManagementClient) as client:
                    for count in range(1000):
                        name = f"rg-{number}-{count}"
                        client.resource_groups.create_or_update(name, {"location": "westeurope"})
                        answered.append(name)
            except AzureError:
                return

        writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
        for writer in writers:
            writer.start()
        until(lambda: len(answered) > 8)
        time.sleep(random.Random(seed).random())
        kill(cloud)
        for writer in writers:
            writer.join()
        again = support.start(tmp_path)
        assert {k: v for k, v in again.told.items() if k not in ("pid", "started")} == {
            k: v for k, v in cloud.told.items() if k not in ("pid", "started")
        }
        with again.client(ResourceManagementClient) as client:
            assert set(answered) <= {group.name for group in client.resource_groups.list()}


def state(cloud: LocalCloud, name: str) -> str:
    return str(send(cloud, "GET", REGISTRY.format(name)).json()["properties"]["provisioningState"])


def test_an_operation_is_taken_up_again(tmp_path: Path) -> None:
    """A create and a delete that ran when the emulator was killed finish after its next start, at the same URLs."""
    with support.running(tmp_path) as cloud:
        with cloud.client(ResourceManagementClient) as client:
            client.resource_groups.create_or_update("rg", {"location": "westeurope"})
        assert send(cloud, "PUT", REGISTRY.format("oldregistry"), BODY).status_code == 201
        cloud.control("PUT", "operations", {"mode": "real-time:3600"})
        made = send(cloud, "PUT", REGISTRY.format("newregistry"), BODY)
        gone = send(cloud, "DELETE", REGISTRY.format("oldregistry"))
        assert (made.status_code, gone.status_code) == (201, 202)
        kill(cloud)
        again = support.start(tmp_path)
        create, delete = made.headers["Azure-AsyncOperation"], gone.headers["Location"]
        assert send(again, "GET", create).json()["status"] == "InProgress"
        assert (
            send(again, "GET", REGISTRY.format("oldregistry")).json()["properties"]["provisioningState"] == "Deleting"
        )
        again.advance(3600)
        until(lambda: send(again, "GET", create).json()["status"] == "Succeeded")
        until(lambda: send(again, "GET", delete).status_code == 204)
        assert (
            send(again, "GET", REGISTRY.format("newregistry")).json()["properties"]["provisioningState"] == "Succeeded"
        )
        assert send(again, "GET", REGISTRY.format("oldregistry")).status_code == 404


def test_nothing_is_left_of_it_when_it_is_stopped(tmp_path: Path) -> None:
    """After `stop`, and after a kill and a `stop`, no process has the home in its words."""
    with support.running(tmp_path) as cloud:
        pid = int(cloud.told["pid"])
    assert not lives(pid)
    with support.running(tmp_path) as cloud:
        kill(cloud)
    assert not [p for p in Path("/proc").iterdir() if p.name.isdigit() and _mentions(p, tmp_path)]


def _mentions(process: Path, home: Path) -> bool:
    try:
        return os.fsencode(home) in (process / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MB. Skips where this user can't mount one."""
    mount = tmp_path / "small"
    mount.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", mount], capture_output=True, check=False)
    if made.returncode != 0:
        pytest.skip("only root can mount a small disk")
    try:
        yield mount
    finally:
        subprocess.run(["umount", mount], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    """507 with the reason, never a success; what is read goes on; once there is room the same request passes."""
    with support.running(small_disk / "home") as cloud:
        group = "/resourceGroups/{}?api-version=2025-04-01"
        assert send(cloud, "PUT", group.format("before"), {"location": "westeurope"}).status_code == 201
        filler = small_disk / "filler"
        with filler.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
            while True:
                file.write(b"x" * 4096)
        big = {"location": "westeurope", "tags": {f"t{n}": "x" * 200 for n in range(40)}}
        answers = []
        for number in range(200):
            answer = send(cloud, "PUT", group.format(f"rg{number}"), big)
            answers.append((f"rg{number}", answer.status_code))
            if answer.status_code != 201:
                break
        refused, status = answers[-1]
        assert status == 507, answers
        assert answer.json()["error"]["code"] == "InsufficientStorage"
        assert "disk" in answer.json()["error"]["message"]
        assert send(cloud, "GET", group.format("before")).status_code == 200
        assert send(cloud, "GET", group.format(refused)).status_code == 404
        filler.unlink()
        assert send(cloud, "PUT", group.format(refused), big).status_code == 201
        for name, status in answers[:-1]:
            assert status == 201
            assert send(cloud, "GET", group.format(name)).status_code == 200


def test_a_start_on_a_full_disk_says_so(small_disk: Path) -> None:
    """The command ends with 1 and one line that names the cause."""
    (small_disk / "home").mkdir()
    with (small_disk / "filler").open("wb", buffering=0) as file, pytest.raises(OSError, match="No space left"):
        while True:
            file.write(b"x" * 4096)
    with pytest.raises(AssertionError, match=r"localazure start ended with 1: localazure: .*(full|No space left)"):
        support.start(small_disk / "home")
