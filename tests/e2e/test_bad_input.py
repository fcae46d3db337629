"""What is wrong is said in one message that tells where, what and what to do; nothing is changed by it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.clone import Clone

from .local import DEPLOYMENT, MANIFEST, STACK, current_release, ml, resources, stage_file, traffic

pytestmark = pytest.mark.e2e
FOLDER = f"deployments/{DEPLOYMENT}"


def live(clone: Clone) -> dict[str, int]:
    with ml(clone) as client:
        return traffic(client)


@contextmanager
def edited(clone: Clone, file: str, before: str, after: str) -> Iterator[None]:
    """The file with one text replaced; put back at the end."""
    path = clone.path / file
    kept = path.read_text()
    assert before in kept, f"{file} has no {before!r}"
    path.write_text(kept.replace(before, after, 1))
    try:
        yield
    finally:
        path.write_text(kept)


@pytest.mark.parametrize(
    ("file", "before", "after", "command", "said"),
    [
        (
            "environments/local.yaml",
            "prefix:",
            "prefx: x\nprefix:",
            "preview local",
            r"environments/local\.yaml:\d+: .*prefx",
        ),
        (f"{FOLDER}/about.yaml", "team:", "teem: x\nteam:", f"preview {STACK}", rf"{FOLDER}/about\.yaml:\d+: .*teem"),
        (
            MANIFEST,
            "instance_count: 1",
            "instance_count: many",
            f"release {DEPLOYMENT}",
            rf"{MANIFEST}:\d+: .*instance_count",
        ),
    ],
)
def test_a_wrong_file(clone: Clone, file: str, before: str, after: str, command: str, said: str) -> None:
    """A key that isn't there, a value of the wrong type: file and line, exit code 2, no traceback, nothing changed."""
    there = resources(clone)
    with edited(clone, file, before, after):
        told = clone.amlops(command, code=2)
    assert re.search(said, told), told
    assert "Traceback" not in told
    assert resources(clone) == there


def test_a_scoring_script_that_raises_on_load(clone: Clone) -> None:
    """The deployment ends as Failed with the log's last lines, has no process, and the traffic stays where it was."""
    current, split, stage = current_release(clone), live(clone), stage_file(clone).read_text()
    script = f"{FOLDER}/scoring/score.py"
    try:
        with edited(
            clone, script, "def init() -> None:", "raise RuntimeError('broken on load')\n\n\ndef init() -> None:"
        ):
            broken = clone.amlops_json(f"release {DEPLOYMENT}")["release"]
            told = clone.amlops(f"up {STACK}", code=4)
        assert "RuntimeError: broken on load" in told, told
        assert live(clone) == split
        running = [found["name"] for found in clone.cloud().control("GET", "status")["processes"]]
        assert not [name for name in running if f"r-{broken}" in name]
    finally:
        stage_file(clone).write_text(stage)
        clone.amlops(f"up {STACK}")
    assert current_release(clone) == current


def test_a_job_that_fails(clone: Clone) -> None:
    """`amlops train` ends with exit code 4, the job's own last lines, and no new model."""
    models = {id for id in resources(clone) if "/models/" in id}
    with edited(clone, f"{FOLDER}/job.yml", "command: >-", "command: >-\n  echo about to fail; exit 3;"):
        told = clone.amlops(f"train {DEPLOYMENT}", code=4)
    assert "about to fail" in told
    assert "Traceback" not in told
    assert {id for id in resources(clone) if "/models/" in id} == models


def test_a_port_that_is_taken(clone: Clone, tmp_path: Path) -> None:
    """A port asked for that somebody else has: one message, and nothing runs."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        told = clone.run(f".venv/bin/python -m localazure --home {tmp_path}/home start --port {port}", code=1)
    assert f"port {port}" in told
    assert "taken" in told
    assert "Traceback" not in told.split("its log")[0]
    clone.run(f".venv/bin/python -m localazure --home {tmp_path}/home status", code=3)


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_a_full_disk(clone: Clone, tmp_path: Path) -> None:
    """A local Azure whose disk is full refuses what it can't keep, and goes on once there is room."""
    home = tmp_path / "home"
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(home)], check=True)
    try:
        clone.run(f".venv/bin/python -m localazure --home {home} start")
        script = Path(__file__).parent / "clients" / "full_disk.py"
        told = clone.run(f".venv/bin/python {script} {home}")
        assert "refused 507" in told
        assert told.splitlines()[-1] == "taken 201, lost []"
    finally:
        clone.run(f".venv/bin/python -m localazure --home {home} stop", code=None)
        subprocess.run(["umount", str(home)], check=True)


def test_no_network_during_set_up(clone: Clone, tmp_path: Path) -> None:
    """Set-up says which step failed and leaves nothing half-made in the cache."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}"
    variables = dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "ALL_PROXY"), nowhere)
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache"), "PIP_RETRIES": "0", "PIP_FIND_LINKS": ""}
    told = clone.run(f"{sys.executable} -m tools.setup", code=1, extra={**variables, **cache})
    assert "set-up stopped: installing uv failed" in told
    assert "run the same command again" in told
    assert "Traceback" not in told.split("set-up stopped")[0]
    assert not list((tmp_path / "cache/azureml-gitops").rglob(".complete"))
