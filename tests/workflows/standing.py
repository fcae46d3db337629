"""What a company has standing, and applies of it made as the workflow's step makes them, with no GitHub around: for
what has to be stopped in the middle, and begun again from the same beginning.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from azure.core.rest import HttpRequest
from azure.mgmt.machinelearningservices import MachineLearningServicesMgmtClient
from azure.mgmt.resource.resources import ResourceManagementClient

from amlops.applied import applied_commit
from amlops.config import Names, Repository, load_environment
from amlops.git import Git
from amlops.github.oidc import AUDIENCE
from amlops.releases import load_stage
from amlops.rollout.endpoint import Place
from amlops.stacks import parse_stack
from amlops.stacks.state import realm_of
from tests.support import cloud as clouds
from tests.support.clone import REPOSITORY, Clone
from tests.support.cloud import LocalCloud

from .client import AT_ONCE, RATE, Client
from .deployed import Deployed
from .github.oidc import Issuer
from .world import KEPT

DAY = 86_400.0
REPOSITORY_NAME = "contoso/ml"
POLL = "0.2"


@dataclass
class Standing:
    """A local Azure (`azure`), a bare remote (`remote`) and a clone of it (`clone`), all in one folder."""

    folder: Path
    cloud: LocalCloud
    kept: Mapping[str, Any] = field(repr=False)

    @property
    def clone(self) -> Clone:
        return Clone(self.folder / "clone")

    @property
    def repo(self) -> Repository:
        return Repository(self.clone.path)

    @property
    def git(self) -> Git:
        return Git(self.clone.path)

    @cached_property
    def _issuer(self) -> Issuer:
        made = Issuer(REPOSITORY_NAME)
        made.pem, made.life = self.kept["issuer_key"], DAY
        made.clock.advance(self.kept["ahead"])
        return made

    # -- git ---------------------------------------------------------------------------------------------------------

    def push(self, message: str) -> str:
        """Commits whatever changed, and pushes it to main; gives the commit."""
        self.clone.run(f"git add -A && git commit -qm '{message}' && git push -q origin HEAD:main")
        return self.git.head()

    def applied(self, stack: str) -> str | None:
        return applied_commit(self.git, stack)

    def running(self, stack: str) -> tuple[str, ...]:
        """The releases that the stage of a deployment's stack names."""
        name, environment = parse_stack(self.repo, stack)
        assert name.deployment is not None
        return load_stage(self.repo, name.deployment, environment.name).running

    def explain(self, stack: str) -> Path:
        """The file with what git explains, as the workflow's job without a credential makes it."""
        file = self.folder / f"expected-{stack}.json"
        self.clone.run(f".venv/bin/amlops plan --expected {stack} --out {file}")
        return file

    # -- applies -----------------------------------------------------------------------------------------------------

    def variables(self, stack: str | None) -> dict[str, str]:
        """What a process needs to be the stack's workflow, or (None) the owner."""
        found = {"AMLOPS_AZURE_HOME": str(self.cloud.home), "AMLOPS_POLL_SECONDS": POLL}
        if stack is None:
            return found
        name, environment = parse_stack(self.repo, stack)
        realm = Names(environment).realm(realm_of(self.repo, name))
        file = self.folder / f"token-{realm}"
        subject = f"repo:{REPOSITORY_NAME}:environment:{realm}"
        file.write_text(self._issuer.token(subject, AUDIENCE, run=1, sha="", ref="refs/heads/main"))
        client = self.kept["environments"][realm]["AZURE_CLIENT_ID"]
        return {**found, "AZURE_CLIENT_ID": client, "AZURE_FEDERATED_TOKEN_FILE": str(file)}

    def apply(self, stack: str, arguments: str, *, code: int = 0, extra: Mapping[str, str] | None = None) -> str:
        """What `amlops apply` said, as the stack's own identity."""
        command = f".venv/bin/amlops apply {stack} {arguments}"
        return self.clone.run(command, code=code, extra={**self.variables(stack), **(extra or {})})

    def roll_out(self, stack: str) -> str:
        """What `amlops rollout` said, as the stack's own identity."""
        return self.clone.run(f".venv/bin/amlops rollout {stack}", extra=self.variables(stack))

    def killed(self, command: str, stack: str, arguments: str, there: Callable[[], bool]) -> str | None:
        """Runs `amlops apply` or `rollout` of the stack until it comes to `there`, where it dies, and whatever it has
        started with it: None. What it said where it ended before."""
        words = f"exec .venv/bin/amlops {command} {stack} {arguments}"
        with self.clone.start(words, self.variables(stack)) as run:
            try:
                while run.poll() is None:
                    if there():
                        return None
                    time.sleep(0.01)
                return run.communicate()[0]
            finally:
                kill(run)

    # -- Azure, as the subscriptions' owner --------------------------------------------------------------------------

    def arm(self, method: str, id: str, body: Any = None, *, version: str = "2025-12-01", **query: str) -> Any:
        """Somebody by hand. Raises AssertionError for an answer above 299; waits for nothing."""
        words = "&".join(f"{name}={value}" for name, value in {"api-version": version, **query}.items())
        with self.cloud.client(ResourceManagementClient) as client:
            request = HttpRequest(method, f"{self.cloud.endpoint}{id}?{words}", json=body)
            answer = client._client.send_request(request)
        assert answer.status_code < 300, answer.text()
        return json.loads(answer.text() or "null")

    def resources(self) -> frozenset[str]:
        """The id of everything that is in Azure."""
        return frozenset(found["id"].lower() for found in self.cloud.control("GET", "status")["resources"])

    def workspace(self, environment: str) -> str:
        """The id of an environment's workspace."""
        found = load_environment(self.repo, environment)
        names = Names(found)
        group = f"/subscriptions/{found.subscription_id}/resourceGroups/{names.resource_group}"
        return f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{names.workspace}"

    def deployed(self, deployment: str, environment: str) -> Deployed:
        return Deployed(self.cloud, self.repo, deployment, environment)

    @contextmanager
    def place(self, environment: str, deployment: str) -> Iterator[Place]:
        """A deployment's endpoint, for who moves its traffic by hand."""
        found = load_environment(self.repo, environment)
        names, cloud = Names(found), self.cloud.in_subscription(found.subscription_id)
        with cloud.client(MachineLearningServicesMgmtClient) as client:
            yield Place(client, names.resource_group, names.workspace, names.endpoint(deployment))

    def users(self, endpoint: str, body: bytes, rate: float = RATE, at_once: int = AT_ONCE) -> Client:
        """People who ask an endpoint (its id) from now on, so often a second."""
        uri = self.arm("GET", endpoint)["properties"]["scoringUri"]
        return Client(uri, self.arm("POST", f"{endpoint}/listKeys")["primaryKey"], body, self.cloud.ca, rate, at_once)


def kill(run: subprocess.Popen[str]) -> None:
    """SIGKILL for a process and all that descends from it; they are stopped first, so that none begins another."""
    found: set[int] = set()
    while new := _below(run.pid) - found:
        found |= new
        for pid in new:
            _signal(pid, signal.SIGSTOP)
    for pid in found:
        _signal(pid, signal.SIGKILL)


def _below(pid: int) -> set[int]:
    """A process with its descendants, of whatever group."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found, new = set[int](), [pid]
    while new:
        one = new.pop()
        found.add(one)
        new += parents.get(one, [])
    return found


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def begin(base: Path, folder: Path) -> None:
    """Into `folder`, what a world that has ended left: nothing runs yet."""
    shutil.copytree(base / "azure", folder / "azure", symlinks=True)
    shutil.copy(base / KEPT, folder / KEPT)
    remote, clone = folder / "remote", folder / "clone"
    for words in (
        ["git", "init", "-q", "--bare", "-b", "main", str(remote)],
        ["git", "-C", str(remote), "fetch", "-q", str(base / f"hub/{REPOSITORY_NAME}.git"), "+refs/*:refs/*"],
        ["git", "clone", "-q", str(remote), str(clone)],
        ["git", "-C", str(clone), "remote", "set-url", "origin", "../remote"],
        ["git", "-C", str(clone), "config", "user.name", "alice"],
        ["git", "-C", str(clone), "config", "user.email", "alice@example.invalid"],
    ):
        subprocess.run(words, check=True)
    (clone / ".venv").symlink_to(REPOSITORY / ".venv")


@contextmanager
def standing(folder: Path) -> Iterator[Standing]:
    """What `begin` laid there, with its Azure running."""
    kept = json.loads((folder / KEPT).read_text())
    with clouds.running(folder / "azure") as cloud:
        yield Standing(folder, cloud, kept)
