"""What is wrong is told in one message that says where, what and what to do; nothing is changed by it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.clone import Clone, clone_into, processes_of

from .local import DEPLOYMENT, MANIFEST, STACK, WHERE, current_release, ml, resources, stage_file, traffic

pytestmark = pytest.mark.e2e
FOLDER = f"deployments/{DEPLOYMENT}"
_STEP = re.compile(r"^ *\d+\.\d s  ")  # lines of progress
RAISING = """def init() -> None:
    raise RuntimeError("{}")
"""
_MESSAGE = re.compile(r"^(?P<file>[\w./-]+):\d+: .+ \[(?P<rule>[\w-]+)\]$")
CLOSED = "http://127.0.0.1:9"
"""A proxy where nothing listens: every request to somewhere else fails at once."""


@pytest.mark.parametrize(
    ("file", "old", "new", "command", "rule"),
    [
        ("environments/local.yaml", "  region: westeurope\n", "  region: westeurope\n  zone: 1\n", "up local", None),
        ("environments/local.yaml", "max_nodes: 2", "max_nodes: two", "up local", "type"),
        (f"{FOLDER}/about.yaml", "team: ", "teem: ", "up local", None),
        (f"{FOLDER}/about.yaml", "endpoint: endpoint.yml", "endpoint: nothing.yml", f"release {DEPLOYMENT}", None),
        (MANIFEST, "instance_count: 1", "instance_cuont: 1", f"release {DEPLOYMENT}", None),
        (f"{FOLDER}/job.yml", "command: >-", "comand: >-", f"train {DEPLOYMENT}", None),
        (f".local/{FOLDER}/stages/local.yaml", None, "current: CURRENT\nprevious: CURRENT\n", "up local", "one-role"),
    ],
    ids=["key", "value", "about-key", "about-file", "deployment", "job", "stage"],
)
def test_a_file_with_a_mistake(
    clone: Clone, file: str, old: str | None, new: str, command: str, rule: str | None
) -> None:
    """Each command that reads it says `file:line: … [rule]`, ends with 2 and changes nothing."""
    before = resources(clone)
    with changed(clone, file, old, new.replace("CURRENT", current_release(clone))):
        told = clone.amlops(command, code=2)
    messages = [line for line in told.splitlines() if not _STEP.match(line)]
    found = [_MESSAGE.match(line) for line in messages]
    assert found, told
    assert all(found), f"not in the form file:line: … [rule]:\n{told}"
    assert {match["file"] for match in found if match} == {file}
    assert rule in (None, *(match["rule"] for match in found if match))
    assert resources(clone) == before


def test_an_environment_that_is_not_there(clone: Clone) -> None:
    """It is told which there are."""
    told = clone.amlops("up nowhere", code=2)
    assert "Traceback" not in told
    for name in ("dev", "local", "prod", "staging"):
        assert name in told


def test_a_scoring_script_that_raises(clone: Clone) -> None:
    """The deployment ends as Failed and its log's last lines are told; it leaves no process. What ran goes on running
    with all the traffic, and once the mistake is undone `up` clears the failed one away.
    """
    stage, old = stage_file(clone).read_text(), current_release(clone)
    reason = "there is no model today"
    try:
        with changed(clone, f"{FOLDER}/scoring/score.py", "def init() -> None:\n", RAISING.format(reason)):
            new = clone.amlops_json(f"release {DEPLOYMENT}")["release"]
            told = clone.amlops(f"up {STACK}", code=4)
        assert f"RuntimeError: {reason}" in told
        assert "amlops/" not in told, "a traceback of ours"
        assert [line for line in processes_of(clone.path) if f"r-{new}" in line] == []
        with ml(clone) as client:
            assert client.online_deployments.get(*WHERE, f"r-{new}").properties.provisioning_state == "Failed"
            assert traffic(client) == {f"r-{old}": 100}
    finally:
        stage_file(clone).write_text(stage)
    (served,) = clone.amlops_json(f"up {STACK}")["deployments"]
    assert served["release"] == old
    with ml(clone) as client:
        assert f"r-{new}" not in [item.name for item in client.online_deployments.list(*WHERE)]


def test_a_job_that_fails(clone: Clone) -> None:
    """`amlops train` ends with 4 and tells the log's last lines; no model is registered."""
    before = {id for id in resources(clone) if "/models/" in id}
    with changed(
        clone, f"{FOLDER}/training/train.py", "    import mlflow\n", '    raise SystemExit("no data today")\n'
    ):
        told = clone.amlops(f"train {DEPLOYMENT}", code=4)
    assert "ended as Failed" in told
    assert "no data today" in told
    assert "Traceback" not in told
    assert {id for id in resources(clone) if "/models/" in id} == before


def test_a_port_that_is_taken(clone: Clone) -> None:
    """The port asked for: refused, by name. The port of last time: another one is taken, and everything works there."""
    last = int(clone.cloud().endpoint.rpartition(":")[2])
    start = f".venv/bin/python -m localazure --home .local/azure start --port {last}"
    clone.amlops("local stop")
    with socket.create_server(("127.0.0.1", last)):
        told = clone.run(start, code=1)
        assert f"port {last} on 127.0.0.1 can't be had" in told
        assert "Traceback" not in told
        clone.amlops("local start")
        assert not clone.cloud().endpoint.endswith(f":{last}")
        (served,) = clone.amlops_json(f"up {STACK}")["deployments"]
        assert not re.search(rf":{last}/", served["url"])
    clone.amlops("local stop")
    clone.run(start)


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="mounts a small file system")
def test_a_full_disk(clone: Clone) -> None:
    """`up` on a disk without room says how much it needs, and where; what was there before is not touched."""
    clone.amlops("local stop")
    before = resources(clone)
    place = clone.path / ".local"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, text=True)
    if mounted.returncode != 0:
        pytest.skip(f"tmpfs can't be mounted here: {mounted.stderr.strip()}")
    try:
        for command in ("up local", "local start"):
            (line,) = clone.amlops(command, code=4).splitlines()
            assert re.fullmatch(rf"0 MiB of disk are free at {place}, and \d+ are needed; make room .*", line)
        assert processes_of(clone.path) == []
    finally:
        subprocess.run(["umount", place], check=True)
    clone.amlops("local start")
    assert resources(clone) == before


@pytest.mark.parametrize(
    ("has", "what"),
    [
        (("pulumi", "node"), "installing uv"),
        (("uv", "pulumi", "node"), "installing requirements-local.lock"),
        (("uv", "node", ".venv"), "building the Pulumi CLI|installing go"),
        (("uv", "pulumi", ".venv"), "installing Azurite|installing node"),
    ],
    ids=["uv", "python", "pulumi", "azurite"],
)
def test_no_network_during_set_up(clone: Clone, tmp_path: Path, has: tuple[str, ...], what: str) -> None:
    """Set-up stops at what it can't get, says which, and keeps nothing half-made; a clone that was whole stays so."""
    if "pulumi" not in has and shutil.which("pulumi", path=clone.environment()["PATH"]):
        pytest.skip("this machine has a Pulumi CLI, so none is built")
    ours = clone if ".venv" in has else clone_into(tmp_path)
    cache = tmp_path / "cache" / "azureml-gitops"
    cache.mkdir(parents=True)
    for part in has:
        if (real := user_cache() / part).exists():
            (cache / part).symlink_to(real)
    told = ours.run("make setup", code=2, extra=without_network(tmp_path))
    stopped = told[told.index("set-up stopped: ") :]
    assert re.match(rf"set-up stopped: ({what}) failed", stopped), told
    assert "Is the network there" in stopped
    assert "Traceback" not in told
    assert [path for path in cache.rglob("*") if path.is_file() and path.suffix != ".lock"] == []
    if ours is clone:
        assert clone.run(".venv/bin/pulumi version").startswith("v")
        assert clone.git_status() == ""
    else:
        assert not (ours.path / ".venv/.made-from").exists()


@contextmanager
def changed(clone: Clone, file: str, old: str | None, new: str) -> Iterator[None]:
    """A file of the clone with `new` in place of `old` (None: of everything), as it was again at the end."""
    path = clone.path / file
    before = path.read_text()
    assert old is None or before.count(old) == 1, f"{file} has {old!r} {before.count(old or '')} times"
    path.write_text(new if old is None else before.replace(old, new))
    try:
        yield
    finally:
        path.write_text(before)


def user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "azureml-gitops"


def without_network(folder: Path) -> dict[str, str]:
    """Each tool sees empty caches and a dead proxy, and doesn't wait before it tries again."""
    return {
        **dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "ALL_PROXY", "all_proxy"), CLOSED),
        **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
        "XDG_CACHE_HOME": str(folder / "cache"),
        "PIP_NO_CACHE_DIR": "1",
        "PIP_RETRIES": "0",
        "UV_CACHE_DIR": str(folder / "uv"),
        "UV_HTTP_RETRIES": "0",
        "GOMODCACHE": str(folder / "go"),
        "npm_config_cache": str(folder / "npm"),
        "npm_config_fetch_retries": "0",
    }
