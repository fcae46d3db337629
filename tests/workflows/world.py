"""A world to run the workflows in: a simulated GitHub with this repository, a local Azure that stands in for Azure.

Both have a clock that only `advance` moves ahead of real time, so both always agree.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from ruamel.yaml import YAML

from tests.support.cloud import LocalCloud

from .act import Act
from .developer import Developer
from .github import Hub, Server, serving
from .github.oidc import ISSUER
from .github.run import Run
from .github.runs import Runs

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
APP = {"actions": "write", "contents": "write", "issues": "write", "pull-requests": "write"}
SKIPPED = ("check.yml",)
"""Not run here: it is these very tests."""
POLL = "0.3"
"""Real seconds between two looks of a loop that waits for Azure or GitHub."""


@dataclass
class World:
    """`alice` writes, `bob` reviews; both have a clone."""

    root: Path
    hub: Hub
    server: Server
    runs: Runs
    act: Act
    cloud: LocalCloud | None = None
    people: dict[str, Developer] = field(default_factory=dict)

    @property
    def alice(self) -> Developer:
        return self.people["alice"]

    @property
    def bob(self) -> Developer:
        return self.people["bob"]

    def bring_up(self, *without: str) -> None:
        """What an owner and the workflow `apply` do once: the registry, the roles at it, then every platform but
        those named. Raises AssertionError with what a run said."""
        rest = [name for name in _environments() if name != "shared"]
        self.alice.dispatch("apply.yml", without=" ".join(rest))
        self.settle()
        assert self.last("apply.yml").conclusion == "success", told(self.last("apply.yml"))
        assert self.cloud is not None
        _bootstrap(self, self.cloud)
        self.alice.dispatch("apply.yml", without=" ".join(without))
        self.settle()
        assert self.last("apply.yml").conclusion == "success", told(self.last("apply.yml"))

    def advance(self, seconds: float) -> None:
        """Moves both clocks; what was scheduled for the time between is started once."""
        before = self.hub.clock.now()
        self.hub.clock.advance(seconds)
        if self.cloud is not None:
            self.cloud.control("POST", "clock", {"advanceSeconds": seconds})
        self.runs.schedule(before, self.hub.clock.now())

    def settle(self, seconds: float = 600.0) -> None:
        """Until no run goes on, with all that runs start. Raises TimeoutError."""
        self.runs.wait(seconds)

    def last(self, file: str, *, event: str = "") -> Run:
        """The newest run of a workflow."""
        found = self.runs.of(file, event=event)
        assert found, f"no run of {file}; there are: {', '.join(map(str, self.runs.all))}"
        return found[-1]

    def ended(self, file: str, jobs: Mapping[str, str], *, event: str = "") -> Run:
        """The newest run, which ran exactly these jobs with these ends."""
        run = self.last(file, event=event)
        name = run.workflow.name
        assert run.jobs == {f"{name}/{job}": end for job, end in jobs.items()}, told(run)
        return run

    def comments(self, number: int) -> list[str]:
        return [note.body for note in self.hub.notes.values() if note.number == number]

    def evidence(self, path: str) -> dict[str, Any] | None:
        """A file of the branch `evidence`."""
        text = self.hub.remote.read("refs/heads/evidence", path)
        return None if text is None else dict(json.loads(text))

    def stage(self, deployment: str, environment: str) -> dict[str, Any]:
        """A stage as main has it."""
        text = self.hub.remote.read("main", f"deployments/{deployment}/stages/{environment}.yaml")
        return dict(YAML(typ="safe").load(text)) if text else {}


def told(run: Run) -> str:
    """What a run said, for who has to find out what went wrong."""
    failed = "\n".join(f"  {job}: {step}: {end}" for job, step, end in run.steps if end != "success")
    return f"{run}\n{failed}\n{run.log[-6000:]}"


@contextmanager
def world(root: Path, *, azure: bool = True, files: Mapping[str, str | None] | None = None) -> Iterator[World]:
    """`files` replaces some of the repository's own (None: without it). `azure` False: GitHub only."""
    hub = Hub(root / "hub")
    _app(hub)
    _push_repository(hub, root / "seed", {**_reachable(), **(files or {})})
    act = Act(hub, root / "runs", _variables(), runners=_runners())
    runs = Runs(hub, act, SKIPPED)
    with serving(hub) as server, _cloud(root / "azure", wanted=azure) as cloud:
        found = World(root, hub, server, runs, act, cloud)
        for login in ("alice", "bob"):
            person = hub.person(login, "write")
            found.people[login] = Developer.at_desk(hub, person, root / "desks" / login)
        if cloud is not None:
            _bootstrap(found, cloud)
        yield found
        runs.cancel_all()
    assert server.rest.wrong == []


def _reachable() -> dict[str, str | None]:
    """prod with a public address: the local Azure has no private endpoints, and the test's client is no part of prod's
    network. The policy is told so; all else is as the repository has it."""
    prod = (REPOSITORY / "environments/prod.yaml").read_text()
    policy = (REPOSITORY / "environments/policy.yaml").read_text()
    lines = [line for line in prod.splitlines() if "private_endpoint_subnet" not in line]
    content = YAML(typ="rt").load(policy)
    severities = content["environments"].setdefault("prod", {}).setdefault("severities", {})
    severities |= dict.fromkeys(("public-access", "open-firewall", "node-public-ip"), "off")
    written = io.StringIO()
    YAML(typ="rt").dump(content, written)
    return {
        "environments/prod.yaml": "\n".join(lines).replace("public_access: false", "public_access: true") + "\n",
        "environments/policy.yaml": written.getvalue(),
    }


def _app(hub: Hub) -> None:
    """The GitHub App, its key as the secret and its client id as the variable that the workflows name."""
    key = rsa.generate_private_key(65537, 2048)
    hub.app_permissions = APP
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    hub.app_public_key = public.decode()
    hub.secrets["AMLOPS_APP_PRIVATE_KEY"] = pem
    hub.variables["AMLOPS_APP_CLIENT_ID"] = hub.app_client_id


def _push_repository(hub: Hub, folder: Path, files: Mapping[str, str | None]) -> None:
    """What git tracks here, with changes that aren't committed yet, as main's first commit."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=REPOSITORY, capture_output=True, check=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, target = REPOSITORY / name, folder / name
        if source.is_file() and name not in files:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
    for name, content in files.items():
        if content is not None:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(content)
    commands = (
        ["git", "init", "-q", "-b", "main"],
        ["git", "add", "-A"],
        ["git", "-c", "user.name=alice", "-c", "user.email=alice@example.invalid", "commit", "-qm", "feat: start"],
        ["git", "push", "-q", str(hub.remote.path), "main"],
    )
    for words in commands:
        subprocess.run(words, cwd=folder, check=True)
    shutil.rmtree(folder)


def _variables() -> dict[str, str]:
    """What a runner of ours has: the shared environment and the caches of set-up."""
    return {
        "AZUREML_GITOPS_VENV": str(Path(sys.executable).parents[1]),
        "XDG_CACHE_HOME": str(CACHE),
        "AMLOPS_POLL_SECONDS": POLL,
    }


def _runners() -> set[str]:
    found = {"ubuntu-latest"}
    for file in (REPOSITORY / "environments").glob("*.yaml"):
        content = YAML(typ="safe").load(file)
        if isinstance(content, dict) and "runner" in content:
            found.add(str(content["runner"]))
    return found


def _environments() -> list[str]:
    """Those in Azure."""
    files = sorted((REPOSITORY / "environments").glob("*.yaml"))
    return [file.stem for file in files if YAML(typ="safe").load(file).get("cloud", {}).get("kind") == "azure"]


def _clouds() -> list[dict[str, Any]]:
    """`cloud` of every environment's file that is in Azure."""
    contents = [YAML(typ="safe").load(file) for file in sorted((REPOSITORY / "environments").glob("*.yaml"))]
    return [item["cloud"] for item in contents if item.get("cloud", {}).get("kind") == "azure"]


@contextmanager
def _cloud(home: Path, *, wanted: bool) -> Iterator[LocalCloud | None]:
    if not wanted:
        yield None
        return
    clouds = _clouds()
    words = ["start", "--json", "--tenant", clouds[0]["tenant"]]
    for id in dict.fromkeys(item["subscription"]["id"] for item in clouds):
        words += ["--subscription", id]
    try:
        yield LocalCloud(home, json.loads(_localazure(home, words)))
    finally:
        _localazure(home, ["stop"])


def _localazure(home: Path, words: Iterable[str]) -> str:
    command = [sys.executable, "-m", "localazure", "--home", str(home), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_ours())
    assert done.returncode == 0, f"localazure {' '.join(words)}: {done.stderr}"
    return done.stdout


def _bootstrap(found: World, cloud: LocalCloud) -> None:
    """What an owner does once: `amlops bootstrap --all`, and its answer into GitHub's environments."""
    cloud.control("POST", "issuers", {"issuer": ISSUER, "publicKey": found.hub.issuer.public_key})
    done = by_owner(found, "bootstrap", "--all", "--repository", found.hub.full_name, "--json")
    for environment in done["environments"]:
        for name, variables in environment["github_environments"].items():
            found.hub.environment(name).variables.update(variables)
    found.server.variables["AMLOPS_AZURE_HOME"] = str(cloud.home)


def by_owner(found: World, *words: str) -> Any:
    """An `amlops` command by the owner of the subscriptions, from alice's clone; its JSON."""
    assert found.cloud is not None
    done = subprocess.run(
        [str(Path(sys.executable).with_name("amlops")), *words],
        cwd=found.alice.folder,
        capture_output=True,
        text=True,
        check=False,
        env={**_ours(), "AMLOPS_AZURE_HOME": str(found.cloud.home), "PYTHONPATH": str(found.alice.folder / "src")},
    )
    assert done.returncode == 0, f"amlops {' '.join(words)}: {done.stderr[-4000:]}"
    return json.loads(done.stdout)


def _ours() -> dict[str, str]:
    """This process's environment without what points at a cloud or at GitHub."""
    dropped = ("AZURE_", "ARM_", "PULUMI_", "AMLOPS_", "GITHUB_", "ACTIONS_", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE")
    found = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**found, "AMLOPS_POLL_SECONDS": POLL}
