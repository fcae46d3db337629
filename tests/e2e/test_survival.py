"""What is killed at any moment of `amlops up local` is brought to its end by the next `amlops up local`."""

from __future__ import annotations

import json
import os
import random
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.clone import Clone, processes_of

from .conftest import Up
from .local import (
    DEPLOYMENT,
    MANIFEST,
    STACK,
    WHERE,
    WORKSPACE,
    current_release,
    ml,
    resources,
    stage_file,
    traffic,
)

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="finds processes in /proc"),
]
ROUNDS = int(os.environ.get("E2E_ROUNDS", "3"))  # `make soak` kills ten times in a row
PATIENCE_SECONDS = 120.0
JOB = f"deployments/{DEPLOYMENT}/job.yml"
_PUBLISHED = re.compile(r"/(jobs|(codes|environments|models|data)/[^/]+/versions)/[^/]+$", re.IGNORECASE)
_CONTAINER = re.compile(r"/(codes|environments|models|data)/[^/]+$", re.IGNORECASE)


@dataclass(frozen=True)
class World:
    """The clone before the first kill: what was published, what no stack declares (a workspace's datastores, say, come
    with it), and how many seconds an `up` without changes took. `chance` says when to kill.
    """

    clone: Clone
    seed: int
    chance: random.Random
    published: frozenset[str]
    undeclared: frozenset[str]
    seconds: float

    def begin(self) -> None:
        """Give the next `up` a release to make, and endpoint and deployment to bring up."""
        self.clone.amlops(f"destroy {STACK} --yes")
        self.clone.run(f"git checkout -q {MANIFEST}")
        with (self.clone.path / MANIFEST).open("a") as file:
            file.write(f"environment_variables:\n  ROUND: r{secrets.token_hex(4)}\n")
        stage_file(self.clone).write_text("current: null\n")

    @contextmanager
    def up(self) -> Iterator[subprocess.Popen[str]]:
        """`amlops up local` as a process that doesn't outlive the test."""
        with self.clone.start(".venv/bin/amlops up local") as run:
            try:
                yield run
            finally:
                if run.poll() is None:
                    os.killpg(run.pid, signal.SIGKILL)

    def converges(self, before: frozenset[str]) -> None:
        """The next `up` succeeds and answers; `before` are the releases there were. Nothing is there twice."""
        (served,) = self.clone.amlops_json("up local")["deployments"]
        assert len(served["answer"]["predictions"]) == 2
        assert len(releases(self.clone) - before) == 1, "one change, one release"
        release = served["release"]
        assert current_release(self.clone) == release
        with ml(self.clone) as client:
            assert traffic(client) == {f"r-{release}": 100}
            found = {item.name: item.properties.provisioning_state for item in client.online_deployments.list(*WHERE)}
        assert found == {f"r-{release}": "Succeeded"}
        self.nothing_is_orphaned()

    def nothing_is_orphaned(self) -> None:
        """Each resource is declared by a stack or published, each process the cloud's own."""
        assert undeclared(self.clone) - self.undeclared == set(), "resources that no stack has"
        there = {id.lower() for id in resources(self.clone)}
        assert [id for id in in_stacks(self.clone) if id.lower() not in there] == []
        wait_until(lambda: self.strangers() == [], "processes that belong to nothing", self.strangers)

    def strangers(self) -> list[str]:
        """Processes that are neither the local Azure nor its children, as it knows them."""
        cloud = self.clone.cloud()
        known = {int(found["pid"]) for found in cloud.control("GET", "status")["processes"]} | {cloud.told["pid"]}
        return [line for line in processes_of(self.clone.path) if not known & lineage(int(line.split()[0]))]


@pytest.fixture(scope="module")
def world(up: Up) -> Iterator[World]:
    """The clone with a registered model. E2E_SEED sets the seed, which each test prints."""
    clone = up.clone
    seed = int(os.environ.get("E2E_SEED") or random.SystemRandom().randrange(1 << 32))
    clone.amlops("local start")
    began = time.monotonic()
    clone.amlops("up local")
    yield World(clone, seed, random.Random(seed), published(clone), undeclared(clone), time.monotonic() - began)
    clone.run("git checkout -q deployments")


@pytest.mark.parametrize("number", range(ROUNDS))
def test_the_emulator_is_killed(world: World, number: int) -> None:
    """kill -9 of the local Azure at a random moment of an `up` with a release, an endpoint and a deployment to make.
    The next `up` ends it; no model, release, job or deployment is there twice.
    """
    before = releases(world.clone)
    world.begin()
    moment = world.chance.uniform(0.2, world.seconds * 1.2)
    print(f"E2E_SEED={world.seed}, round {number}: killed after {moment:.2f} s")
    with world.up() as run:
        try:
            run.wait(moment)
        except subprocess.TimeoutExpired:
            os.kill(emulator(world.clone), signal.SIGKILL)
        told = ended(run)
    assert "Traceback" not in told, told
    world.converges(before)
    assert published(world.clone) == world.published


def test_the_emulator_is_killed_during_a_training(world: World) -> None:
    """The job goes on after the next start under its own name, and registers one model."""
    clone, before = world.clone, releases(world.clone)
    models = {id for id in published(clone) if "/models/" in id}
    world.begin()
    job = clone.path / JOB
    job.write_text(job.read_text().replace("alpha: 1.0", f"alpha: 0.{1 + secrets.randbelow(10**6)}"))
    with world.up() as run:
        name = told_until(run, re.compile(r"submitted job (\S+)"))[1]
        told_until(run, re.compile(r"job \S+: Running"))
        os.kill(emulator(clone), signal.SIGKILL)
        assert "Traceback" not in ended(run)
    world.converges(before)
    now = published(clone)
    jobs = [id.rsplit("/", 1)[-1] for id in now - world.published if "/jobs/" in id]
    assert jobs == [name]
    made = {id for id in now if "/models/" in id} - models
    assert len([id for id in made if f"/workspaces/{WORKSPACE}/models/" in id]) == 1
    assert len([id for id in made if "/registries/" in id]) == 1


def test_pulumi_is_killed(world: World) -> None:
    """kill -9 of the Pulumi CLI in a deployment's create: the lock and the pending create it leaves are resolved."""
    clone, before = world.clone, releases(world.clone)
    known = set(resources(clone))
    world.begin()
    with world.up() as run:
        wait_until(lambda: any("/deployments/" in id for id in set(resources(clone)) - known), "a deployment")
        (pulumi,) = [
            int(line.split()[0])
            for line in processes_of(clone.path)
            if re.search(rf"/pulumi .*\bup .*--stack {re.escape(STACK)}( |$)", line)
        ]
        os.kill(pulumi, signal.SIGKILL)
        told = ended(run)
    assert run.returncode == 4, told
    assert "Traceback" not in told
    world.converges(before)


def emulator(clone: Clone) -> int:
    return int(json.loads((clone.home / "cloud.json").read_text())["pid"])


def ended(run: subprocess.Popen[str]) -> str:
    """What it printed until it ended by itself."""
    told, _ = run.communicate(timeout=PATIENCE_SECONDS)
    return told


def told_until(run: subprocess.Popen[str], pattern: re.Pattern[str]) -> re.Match[str]:
    """The first line that matches. Lines before it are read and dropped."""
    assert run.stdout is not None
    told = []
    for line in run.stdout:
        told.append(line)
        if found := pattern.search(line):
            return found
    raise AssertionError(f"it never said {pattern.pattern}:\n{''.join(told)}")


def wait_until(true: Callable[[], bool], what: str, found: Callable[[], object] = lambda: "") -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < until, f"{what}: {found()}"
        time.sleep(0.05)


def releases(clone: Clone) -> frozenset[str]:
    folder = clone.path / f".local/deployments/{DEPLOYMENT}/releases"
    return frozenset(file.stem for file in folder.glob("*.yaml"))


def published(clone: Clone) -> frozenset[str]:
    """Jobs and versions of assets, in the workspace and in the registry."""
    return frozenset(id for id in resources(clone) if _PUBLISHED.search(id))


def undeclared(clone: Clone) -> frozenset[str]:
    """What neither a stack has nor was published."""
    declared = {id.lower() for id in in_stacks(clone)}
    others = (id for id in resources(clone) if id.lower() not in declared)
    return frozenset(id for id in others if not _PUBLISHED.search(id) and not _CONTAINER.search(id))


def in_stacks(clone: Clone) -> Iterator[str]:
    """ARM ids in the states of all stacks."""
    for file in (clone.path / ".local/pulumi/.pulumi/stacks").rglob("*.json"):
        latest = json.loads(file.read_text())["checkpoint"].get("latest") or {}
        assert not latest.get("pending_operations"), f"{file.name} has pending operations"
        yield from (entry["id"] for entry in latest.get("resources", ()) if entry.get("id", "").startswith("/subscr"))


def lineage(pid: int) -> set[int]:
    """A process and its parents."""
    found = {pid}
    while pid > 1:
        try:
            pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            break
        found.add(pid)
    return found
