"""The life of a deployment: starts, failures, replacements, crashes, restarts of the emulator."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localazure.emulator.arm.errors import ArmError
from localazure.emulator.cloud import Cloud
from localazure.emulator.store import Resource

from . import local_cloud
from .local_cloud import ECHO, ENDPOINT, WORKSPACE, asset, deployment, properties, score, traffic

pytestmark = pytest.mark.emulator_only

BLUE = ENDPOINT.child("deployments", "blue")


@pytest.fixture
def cloud(loop: asyncio.Runner, tmp_path: Path) -> Iterator[Cloud]:
    """Ends with all processes; the emulator's own environment holds something that no script may see."""
    made = local_cloud.cloud(tmp_path / "cloud")
    os.environ["LOCALAZURE_TEST_SECRET"] = "x"
    yield made
    del os.environ["LOCALAZURE_TEST_SECRET"]
    loop.run(stop(made))


async def stop(cloud: Cloud) -> None:
    await cloud.scoring.stop()
    await cloud.processes.stop()


async def deploy(cloud: Cloud, script: str, version: str = "1", **values: Any) -> None:
    code = asset(cloud, "codes", f"code{version}", {"score.py": script.replace("VERSION", version)})
    await cloud.scoring.deploy(deployment(cloud, "blue", code, **values))
    traffic(cloud, {"blue": 100})


async def started(cloud: Cloud) -> None:
    """Wait until the server's process is there."""
    for _ in range(6000):
        if cloud.processes.running():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("no process was started")


def answer_of(loop: asyncio.Runner, cloud: Cloud) -> Any:
    answer = loop.run(score(cloud))
    assert answer.status == 200, answer.body
    return answer.json


def test_script_sees_its_variables_and_none_of_the_emulators(loop: asyncio.Runner, cloud: Cloud) -> None:
    """The deployment's environment variables are there, the emulator's are not."""
    script = "import os\ndef init(): pass\ndef run(data): return dict(os.environ)\n"
    loop.run(deploy(cloud, script, environmentVariables={"MINE": "yes", "WORKER_COUNT": "2"}))
    env = answer_of(loop, cloud)
    assert (env["MINE"], env["WORKER_COUNT"]) == ("yes", "2")
    assert "LOCALAZURE_TEST_SECRET" not in env


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("def init():\n    raise ValueError('no model here')\ndef run(data): pass", "no model here"),
        ("import not_installed", "No module named 'not_installed'"),
    ],
)
def test_broken_script_fails_with_the_logs_last_lines(
    loop: asyncio.Runner, cloud: Cloud, script: str, message: str
) -> None:
    """A script that can't start ends as ResourceNotReady with its traceback; no process is left, the log is."""
    with pytest.raises(ArmError, match="User container has crashed or terminated") as failed:
        loop.run(deploy(cloud, script))
    assert failed.value.code == "ResourceNotReady"
    assert message in failed.value.message
    assert cloud.processes.running() == []
    assert message in cloud.scoring.logs(BLUE, "InferenceServer", 100)


def test_what_is_missing_is_named(loop: asyncio.Runner, cloud: Cloud) -> None:
    """No such script, no such code, no inference server in the environment, an image alone: each says so."""
    code = asset(cloud, "codes", "code", {"score.py": ECHO})
    image = WORKSPACE.child("environments", "image").child("versions", "1")
    cloud.store.put(Resource(image, properties(image="mcr.example/x:1")))
    script = {"codeConfiguration": {"codeId": code, "scoringScript": "other.py"}}
    empty = {"codeConfiguration": {"codeId": code.replace("/1", "/2"), "scoringScript": "score.py"}}

    def message(**changes: Any) -> str:
        with pytest.raises(ArmError) as failed:
            loop.run(cloud.scoring.deploy(deployment(cloud, "blue", code, **changes)))
        return f"{failed.value.code} {failed.value.message}"

    assert "BadArgument The scoring script 'other.py' is not in the code asset" in message(**script)
    assert "BadArgument Unable to download user code" in message(**empty)
    assert "ImageBuildFailure" in (said := message(environmentId=image.text)) and "can't run images" in said


def test_server_that_never_answers_fails_on_the_emulators_clock(loop: asyncio.Runner, cloud: Cloud) -> None:
    """A script that hangs in init fails once the probe's patience is over, which the clock can bring about."""
    script = "import time\ndef init():\n    time.sleep(600)\ndef run(data): pass\n"

    async def run() -> None:
        starting = asyncio.ensure_future(deploy(cloud, script))
        await started(cloud)
        cloud.clock.advance(60)
        await starting

    with pytest.raises(ArmError, match="Readiness probe failed"):
        loop.run(run())
    assert cloud.processes.running() == []


def test_replacement_loses_no_request(loop: asyncio.Runner, cloud: Cloud) -> None:
    """While new code takes over every request is answered, first by the old, then by the new; the old one ends."""

    async def run() -> list[tuple[int, str]]:
        await deploy(cloud, ECHO, "1")
        replacing = asyncio.ensure_future(deploy(cloud, ECHO, "2"))
        seen: list[tuple[int, str]] = []
        while not replacing.done() or len(seen) < 3 or seen[-1] != (200, "2"):
            answer = await score(cloud)
            seen.append((answer.status, answer.json["version"]))
        await replacing
        return seen

    seen = loop.run(run())
    assert {status for status, _ in seen} == {200}
    assert sorted(v for _, v in seen) == [v for _, v in seen]
    settle(loop, lambda: len(cloud.processes.running()) == 1)


def test_change_in_place_and_delete(loop: asyncio.Runner, cloud: Cloud) -> None:
    """Another timeout, and a capacity that the machine has no cores for, start no process; a delete leaves nothing."""
    two = {"WORKER_COUNT": str(os.cpu_count() or 1)}
    loop.run(deploy(cloud, ECHO, environmentVariables=two))
    before = [child.pid for child in cloud.processes.running()]
    loop.run(deploy(cloud, ECHO, environmentVariables=two, capacity=3, requestSettings={"requestTimeout": "PT9S"}))
    assert [child.pid for child in cloud.processes.running()] == before
    loop.run(cloud.scoring.retire(BLUE))
    assert cloud.processes.running() == []
    assert list((cloud.home / "deployments").iterdir()) == []
    assert cloud.store.records("serving") == {}


def test_crashed_server_comes_back(loop: asyncio.Runner, cloud: Cloud) -> None:
    """After a kill -9 of the whole server the next request waits for the new one and is answered."""
    loop.run(deploy(cloud, ECHO))
    dead = answer_of(loop, cloud)["pid"]
    os.killpg(os.getpgid(dead), signal.SIGKILL)
    settle(loop, lambda: not Path(f"/proc/{dead}").exists())
    assert answer_of(loop, cloud)["version"] == "1"


def test_hanging_server_is_started_anew(loop: asyncio.Runner, cloud: Cloud) -> None:
    """A server whose liveness probe fails too often is replaced."""
    probe = {"initialDelay": "PT1S", "period": "PT1S", "timeout": "PT0.1S", "failureThreshold": 2}
    loop.run(deploy(cloud, ECHO, livenessProbe=probe))
    hanging = answer_of(loop, cloud)["pid"]
    os.killpg(os.getpgid(hanging), signal.SIGSTOP)

    async def let_time_pass() -> None:
        until = time.monotonic() + 30
        while Path(f"/proc/{hanging}").exists() and time.monotonic() < until:
            cloud.clock.advance(1)
            await asyncio.sleep(0.05)

    loop.run(let_time_pass())
    assert answer_of(loop, cloud)["pid"] != hanging


def test_failed_replacement_changes_nothing_for_callers(loop: asyncio.Runner, cloud: Cloud) -> None:
    """What served before serves on, and serves again after a restart; a request that comes at once waits for it."""
    loop.run(deploy(cloud, ECHO, "1"))
    with pytest.raises(ArmError):
        loop.run(deploy(cloud, "raise SystemExit", "2"))
    assert answer_of(loop, cloud)["version"] == "1"
    assert len(cloud.processes.running()) == 1
    loop.run(stop(cloud))
    again = local_cloud.cloud(cloud.home)
    try:
        loop.run(again.scoring.restore(BLUE))
        assert answer_of(loop, again)["version"] == "1"
    finally:
        loop.run(stop(again))


def test_cancelled_start_leaves_no_process(loop: asyncio.Runner, cloud: Cloud) -> None:
    """A start that another operation takes the place of ends its server."""

    async def run() -> None:
        starting = asyncio.ensure_future(deploy(cloud, "import time\ndef init(): time.sleep(600)\ndef run(data): pass"))
        await started(cloud)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting

    loop.run(run())
    assert cloud.processes.running() == []


def settle(loop: asyncio.Runner, holds: Any) -> None:
    """Let the loop run until it holds."""
    until = time.monotonic() + 30
    while not holds() and time.monotonic() < until:
        loop.run(asyncio.sleep(0.01))
    assert holds()
