"""The daemon: start, stop, status, reset, logs; safe for two at once; clear when it can't."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from azure.mgmt.resource.resources import ResourceManagementClient

from tests.support import cloud as support

from .conftest import FOREIGN
from .test_durability import kill, lives

pytestmark = pytest.mark.emulator_only


@pytest.fixture(autouse=True)
def nobody_elses_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in FOREIGN:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home whose local Azure is stopped at the end."""
    found = tmp_path / "home"
    yield found
    localazure(found, "stop")


def localazure(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "localazure", "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_its_life(home: Path) -> None:
    """Not running: exit 3. Started, and again: the same one. Stopped: gone; its state is there at the next start."""
    assert localazure(home, "status").returncode == 3
    assert json.loads(localazure(home, "status", "--json").stdout)["running"] is False
    first = json.loads(localazure(home, "start", "--json").stdout)
    assert json.loads(localazure(home, "start", "--json").stdout) == first
    status = localazure(home, "status", "--json")
    assert (status.returncode, json.loads(status.stdout)) == (0, first)
    with support.LocalCloud(home, first).client(ResourceManagementClient) as client:
        client.resource_groups.create_or_update("kept", {"location": "westeurope"})
    assert json.loads(localazure(home, "stop", "--json").stdout) == {"stopped": True}
    assert not lives(first["pid"])
    assert json.loads(localazure(home, "stop", "--json").stdout) == {"stopped": False}
    second = support.start(home)
    assert second.told["pid"] != first["pid"]
    assert (second.endpoint, second.subscription_id) == (first["endpoint"], first["subscription_id"])
    with second.client(ResourceManagementClient) as client:
        assert [group.name for group in client.resource_groups.list()] == ["kept"]


def test_two_at_once_start_one(home: Path) -> None:
    """Four starts at the same time tell of the same process; another emulator in the same home refuses to run."""
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: localazure(home, "start", "--json"), range(4)))
    assert [found.returncode for found in done] == [0, 0, 0, 0], [found.stderr for found in done]
    assert len({json.loads(found.stdout)["pid"] for found in done}) == 1
    words = [sys.executable, "-m", "localazure.emulator", "--home", str(home)]
    second = subprocess.run(words, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "another local Azure runs in" in second.stderr


def test_reset_forgets_everything(home: Path) -> None:
    """Nothing is left in the home, nor a process; until then it has its log and the wrappers for Pulumi."""
    told = support.start(home).told
    with (home / "emulator.log").open("a") as log:
        log.write("first\nsecond\n")
    assert localazure(home, "logs", "--lines", "1").stdout == "second\n"
    for name in ("pulumi-resource-azure-native", "host/pulumi-language-python"):
        wrapper = Path(told["plugins"]) / name
        assert os.access(wrapper, os.X_OK)
        assert sys.executable in wrapper.read_text()
    assert localazure(home, "reset").returncode == 0
    assert not lives(told["pid"])
    assert [entry.name for entry in home.iterdir()] == [".lock"]


def test_a_folder_that_is_no_home_is_left_alone(tmp_path: Path) -> None:
    """`reset` deletes nothing where there is no local Azure."""
    (tmp_path / "letter").write_text("dear")
    refused = localazure(tmp_path, "reset")
    assert refused.returncode == 1
    assert "is no home of a local Azure" in refused.stderr
    assert (tmp_path / "letter").read_text() == "dear"


def test_a_port_that_is_taken(home: Path) -> None:
    """A port that was asked for: one message, exit 1, no process. The port it had: another one."""
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.listen()
        refused = localazure(home, "start", "--port", str(port))
        assert refused.returncode == 1
        assert f"port {port} on 127.0.0.1 can't be had" in refused.stderr
        assert "leave --port away" in refused.stderr
        assert "Traceback" not in refused.stderr
    asked = json.loads(localazure(home, "start", "--json", "--port", str(port)).stdout)
    assert asked["endpoint"] == f"https://127.0.0.1:{port}"
    localazure(home, "stop")
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", port))
        taken.listen()
        assert support.start(home).endpoint != asked["endpoint"]


def test_a_killed_daemon_counts_as_gone(home: Path) -> None:
    """Also when its pid is somebody else's by now: status says not running, stop kills nobody, start starts."""
    first = support.start(home)
    kill(first)
    told = json.loads((home / "cloud.json").read_text())
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        (home / "cloud.json").write_text(json.dumps({**told, "pid": other.pid}))
        assert localazure(home, "status").returncode == 3
        assert json.loads(localazure(home, "stop", "--json").stdout) == {"stopped": False}
        assert other.poll() is None
        other.communicate(b"\n")
    assert support.start(home).told["pid"] != first.told["pid"]
