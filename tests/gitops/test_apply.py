"""Guarded applies of the shared registry's stack, by its workflow's identity, on a local Azure in place of Azure.

Its two resources make it quick; what is shown of it holds of every stack.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from azure.core.rest import HttpRequest
from azure.mgmt.resource.resources import ResourceManagementClient

from amlops.applied import applied_commit
from amlops.config import Repository
from amlops.config.permissions_loader import load_permissions
from amlops.git import Git
from amlops.stacks.lease import LASTS, lease_ref, read_lease
from amlops.stacks.lease_holder import Taken, this_process
from tests.support.how_to import blocks, script

from .azure_world import World, azure_world, write

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="leases tell processes of this machine by /proc"),
]
STACK, REALM, FILE = "shared", "shared-platform", "environments/shared.yaml"
SUBSCRIPTION = "/subscriptions/3b0a6c1e-8a5d-4a53-b0f8-5a1de0f1c001"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-cml-shared-registry"
STATE, CHECKPOINTS = "stcmlsharedstate", r"\.pulumi/stacks/.*shared\.json$"


@dataclass
class Main:
    """The branch main, and what is applied of it."""

    world: World
    commits: int = 0

    @property
    def git(self) -> Git:
        return Git(self.world.clone.path)

    @property
    def expected(self) -> Path:
        return self.world.folder / "expected.json"

    def change(self, cost_center: str) -> str:
        """A commit that gives all resources of the stack another tag."""
        write(self.world.clone, FILE, {"tags.cost-center": cost_center})
        return self.push()

    def push(self) -> str:
        self.commits += 1
        self.world.clone.run(
            "git add -A && git -c user.name=t -c user.email=t@example.invalid commit -qm change --allow-empty && "
            "git push -q origin main"
        )
        return self.git.head()

    def explain(self) -> dict[str, Any]:
        """What git explains, worked out in a process that knows no cloud."""
        self.world.clone.run(f".venv/bin/amlops plan --expected {STACK} --out {self.expected}")
        found: dict[str, Any] = json.loads(self.expected.read_text())
        return found

    def apply(self, arguments: str = "", *, code: int = 0) -> str:
        return self.world.amlops(f"apply {STACK} --expected {self.expected} {arguments}", REALM, code=code)

    def applied(self) -> str | None:
        return applied_commit(self.git, STACK)

    def evidence(self, commit: str) -> dict[str, Any]:
        self.git.fetch("refs/heads/evidence")
        text = self.git.read("refs/remotes/origin/evidence", f"stacks/{STACK}/applied-{commit}.json")
        assert text is not None
        found: dict[str, Any] = json.loads(text)
        return found

    def arm(self, method: str, id: str, body: Any = None) -> Any:
        """Somebody by hand, as the subscription's owner."""
        with self.world.cloud.client(ResourceManagementClient) as client:
            url = f"{self.world.cloud.endpoint}{id}?api-version=2024-03-01"
            answer = client._client.send_request(HttpRequest(method, url, json=body))
            assert answer.status_code < 300, answer.text()
            return answer.json()

    def tag(self) -> str:
        return str(self.arm("GET", GROUP)["tags"]["cost-center"])


@pytest.fixture(scope="module")
def main(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Main]:
    """Bootstrapped; the registry was applied once, as a first merge does it."""
    with azure_world(tmp_path_factory.mktemp("apply")) as world:
        found = Main(world)
        explained = found.explain()
        assert explained["base"] is None
        assert {step["operation"] for step in explained["steps"]} == {"create"}
        found.apply()
        yield found


def test_apply_leaves_evidence_and_moves_the_ref(main: Main) -> None:
    """What was planned, what git explained, who did it; nobody holds the stack afterwards."""
    head = main.git.head()
    assert main.applied() == head
    said = main.evidence(head)
    (entry,) = said["applies"]
    assert (said["from"], said["commit"], said["stack"]) == (None, head, STACK)
    assert entry["plan"] == entry["expected"]
    assert entry["written"]["commit"] == head
    assert read_lease(main.git, STACK) is None


def test_change_is_applied_as_git_explains_it(main: Main) -> None:
    """By the update plan of its preview; run again there is nothing to do."""
    head = main.change("4720")
    explained = main.explain()
    assert [step["paths"] for step in explained["steps"]] == [["tags.cost-center"]] * 2
    assert "2 update" in main.apply()
    assert (main.tag(), main.applied()) == ("4720", head)
    assert "already; nothing to do" in main.apply()


@pytest.mark.parametrize(
    ("arguments", "extra", "said"),
    [
        ("", {}, "is not applied without knowing what git explains"),
        ("--expected nowhere.json", {}, "nowhere.json holds no expected plan"),
        ("--expected x --without-guard y", {}, "exclude each other"),
        (
            "--without-guard x",
            {"GITHUB_RUN_ID": "1", "GITHUB_REPOSITORY": "o/r", "GITHUB_EVENT_NAME": "pull_request"},
            "a pull request changes no environment",
        ),
    ],
)
def test_apply_refuses_to_guess(main: Main, arguments: str, extra: dict[str, str], said: str) -> None:
    """Exit code 2, before anything is asked of Azure."""
    command = f".venv/bin/amlops apply {STACK} {arguments}"
    assert said in main.world.clone.run(command, code=2, extra={**main.world.variables(REALM), **extra})


def test_only_what_is_committed_is_applied(main: Main) -> None:
    """The message names the file."""
    file = main.world.clone.path / FILE
    kept = file.read_text()
    file.write_text(f"{kept}\n")
    try:
        assert f"{FILE} differ from HEAD; commit them" in main.apply(code=2)
    finally:
        file.write_text(kept)


def test_change_by_hand_stops_the_stack(main: Main) -> None:
    """Git changes one tag, somebody another: nothing is applied, and the sentence names it. Undone, it goes on."""
    before = main.applied()
    head = main.change("4730")
    main.explain()
    group = main.arm("GET", GROUP)
    main.arm("PUT", GROUP, {**group, "tags": {**group["tags"], "by-hand": "yes"}})
    said = main.apply(code=4)
    assert "shared is not applied" in said
    assert "update ResourceGroup resource-group: git does not explain tags" in said
    assert (main.tag(), main.applied()) == ("4720", before)
    main.arm("PUT", GROUP, group)
    main.apply()
    assert (main.tag(), main.applied()) == ("4730", head)


def test_what_is_done_already_stops_nothing(main: Main) -> None:
    """Somebody was quicker with the very change: it is noted, and the rest is applied."""
    main.change("4740")
    main.explain()
    main.arm("PATCH", GROUP, {"tags": {**main.arm("GET", GROUP)["tags"], "cost-center": "4740"}})
    said = main.apply()
    assert "update ResourceGroup resource-group (tags.cost-center): is so already" in said
    assert "1 update" in said


def test_earlier_commit_undoes_nothing(main: Main) -> None:
    """Two merges within a second: the later one was quicker, the earlier job ends well and leaves all as it is."""
    earlier, later = main.change("4760"), main.change("4770")
    assert "and this job applies" in main.apply(code=5)
    main.world.amlops(f"apply {STACK} --without-guard later", REALM)
    assert main.evidence(later)["applies"][0]["without_guard"] == "later"
    main.world.clone.run(f"git checkout -q {earlier}")
    try:
        assert f"was applied from the later commit {later[:12]} already" in main.apply()
    finally:
        main.world.clone.run("git checkout -q main")
    assert (main.tag(), main.applied()) == ("4770", later)


def _take(main: Main, machine: str | None, pid: int) -> None:
    """A lease as another process has it."""
    now = this_process(None)
    start = main.world.cloud.control("GET", "clock")["now"]
    at = datetime.fromisoformat(start.replace("Z", "+00:00"))
    holder = type(now)("", 1, "", "ann", machine or now.machine, pid)
    taken = Taken(STACK, holder, f"amlops rollout {STACK}", at, at + LASTS, "t")
    assert main.git.swap(lease_ref(STACK), None, main.git.store(taken.text()))


def test_stack_of_a_living_run_is_left_alone(main: Main) -> None:
    """Neither apply nor unlock push it aside; both say who holds it, doing what."""
    _take(main, None, os.getpid())
    try:
        for said in (main.apply("--wait 0", code=5), main.world.amlops(f"unlock {STACK} --yes", REALM, code=5)):
            assert f"shared is held by ann (process {os.getpid()} on" in said
            assert "(amlops rollout shared) for 0 min, until" in said
    finally:
        found = read_lease(main.git, STACK)
        assert found is not None
        main.git.swap(lease_ref(STACK), found[0], None)
    assert "shared is free" in main.world.amlops(f"unlock {STACK}", REALM)


def test_stack_that_nobody_can_know_of_is_freed_by_a_person(main: Main) -> None:
    """On another machine, without a run to ask for: somebody says that it is gone."""
    _take(main, "another/1/2", 1)
    assert "say --yes if it is gone" in main.world.amlops(f"unlock {STACK}", REALM, code=5)
    told = json.loads(main.world.amlops(f"unlock {STACK} --yes --json 2>/dev/null", REALM))
    assert (told["removed"], told["lease"]["who"]) == (True, "ann (process 1 on another)")
    assert read_lease(main.git, STACK) is None


def test_commands_of_the_page_on_unlocking(main: Main) -> None:
    """As a reader pastes them: who holds a stack, that it is gone, what Azure would refuse."""
    reader = main.world.clone.path
    printed = main.world.clone.run(script("unlock", reader), extra=main.world.variables())
    assert printed.count("dev is free") == 2
    assert "nothing would be refused" in printed
    (reader / "environments/permissions.yaml").write_text(blocks("unlock", reader, language="yaml")[0])
    (permission,) = load_permissions(Repository(reader)).values()
    assert str(permission.resource) == "StorageAccount storage"
    main.world.clone.run("rm environments/permissions.yaml")


def test_lease_of_a_dead_process_is_taken_over(main: Main) -> None:
    """At once: nobody waits until it runs out."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        pass
    _take(main, None, process.pid)
    said = main.world.amlops(f"apply {STACK} --without-guard again --wait 0", REALM)
    assert "took over the lease of shared from ann" in said


def test_azure_that_falters_is_borne(main: Main) -> None:
    """Too many requests, a server that fails, an answer that is lost, a connection that is closed."""
    head = main.change("4775")
    rules: list[dict[str, Any]] = [
        {"kind": "status", "status": 429, "retryAfter": 1, "method": "PUT", "path": "/resourceGroups/[^/]+$"},
        {"kind": "status", "status": 503, "retryAfter": 1, "method": "GET", "path": "/registries/[^/]+$", "times": 2},
        {"kind": "lost", "method": "PUT", "path": "/registries/[^/]+$"},
        {"kind": "drop", "method": "PUT", "host": STATE, "path": CHECKPOINTS, "after": 1},
    ]
    main.world.cloud.control("PUT", "faults", {"rules": rules})
    main.world.amlops(f"apply {STACK} --without-guard faults", REALM)
    assert main.world.cloud.control("GET", "faults")["rules"] == []
    assert (main.tag(), main.applied()) == ("4775", head)


def test_destroyed_stack_was_never_applied(main: Main) -> None:
    """Its resources and its ref go; evidence says who did it. What the environment protects has to be let go by git."""
    assert "cannot be deleted" in main.world.amlops(f"destroy {STACK} --yes", REALM, code=4)
    write(main.world.clone, FILE, {"deletion.protect": False})
    main.push()
    main.world.amlops(f"apply {STACK} --without-guard destroyed", REALM)
    main.world.amlops(f"destroy {STACK} --yes", REALM)
    assert main.applied() is None
    assert read_lease(main.git, STACK) is None
    main.git.fetch("refs/heads/evidence")
    names = main.git.files("refs/remotes/origin/evidence", f"stacks/{STACK}/")
    assert any(name.startswith(f"stacks/{STACK}/destroyed-") for name in names)
