"""A world to run the workflows in: a simulated GitHub with this repository, a local Azure that stands in for Azure.

Both have a clock that only `advance` moves ahead of real time, so both always agree.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from amlops.applied import applied_commit
from amlops.git import Git
from tests.support.cloud import LocalCloud

from .act import Act
from .developer import Developer
from .github import Hub, Server, serving
from .github.oidc import ISSUER
from .github.run import Run
from .github.runs import Runs
from .seed import POLL, adapted, clouds, environments, install_app, push_repository, runner_labels, runner_variables

KEPT = "world.json"
SKIPPED = ("check.yml",)
"""Not run here: it is these very tests."""
_JOB = re.compile(r"^\[.*?\] ", re.MULTILINE)


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
        rest = [name for name in environments() if name != "shared"]
        self.alice.dispatch("apply.yml", without=" ".join(rest))
        self.settle()
        assert self.last("apply.yml").conclusion == "success", told(self.last("apply.yml"))
        bootstrap(self)
        self.alice.dispatch("apply.yml", without=" ".join(without))
        self.settle()
        assert self.last("apply.yml").conclusion == "success", told(self.last("apply.yml"))

    def advance(self, seconds: float, *only: str) -> None:
        """Moves both clocks; what was scheduled for the time between is started once (of these files only, if any)."""
        before = self.hub.clock.now()
        self.hub.clock.advance(seconds)
        if self.cloud is not None:
            self.cloud.advance(seconds)
        self.runs.schedule(before, self.hub.clock.now(), only)

    def settle(self, seconds: float = 600.0) -> None:
        """Until no run goes on, with all that runs start. Raises TimeoutError."""
        self.runs.wait(seconds)

    def begun(self, file: str, job: str, environment: str = "", *, seconds: float = 300.0) -> Run:
        """The newest run of a workflow, once this job of it goes on in an environment of GitHub's whose name begins so.
        Raises TimeoutError."""
        until = time.monotonic() + seconds
        while True:
            for run in reversed(self.runs.of(file)):
                legs = [leg for leg in run.legs.values() if leg.environment.startswith(environment)]
                if run.active and job in {leg.job for leg in legs}:
                    return run
            if time.monotonic() > until:
                raise TimeoutError(f"{job} of {file}; there are: {', '.join(map(str, self.runs.all))}")
            time.sleep(0.05)

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

    def applied(self, stack: str) -> str | None:
        """The commit that a stack was last applied from."""
        return applied_commit(Git(self.hub.remote.path, remote="."), stack)


def said(run: Run) -> str:
    """All that a run's jobs printed, as one line: theirs are broken anywhere."""
    return " ".join(_JOB.sub("", run.log).split())


def told(run: Run) -> str:
    """What a run said, for who has to find out what went wrong."""
    failed = "\n".join(f"  {job}: {step}: {end}" for job, step, end in run.steps if end != "success")
    return f"{run}\n{failed}\n{run.log[-6000:]}"


@contextmanager
def world(
    root: Path, *, azure: bool = True, files: Mapping[str, str | None] | None = None, base: Path | None = None
) -> Iterator[World]:
    """`files` replaces some of the repository's own (None: without it). `azure` False: GitHub only.

    `base` is the folder of a world that has ended: this one begins as that one was. A world ends by finding every
    request to GitHub, and every answer, as GitHub describes it.
    """
    kept: dict[str, Any] = json.loads((base / KEPT).read_text()) if base else {}
    if base is not None:
        shutil.copytree(base / "azure", root / "azure", symlinks=True)
    hub = Hub(root / "hub")
    key = install_app(hub, kept.get("app_key", ""))
    if base is None:
        push_repository(hub, root / "seed", {**adapted(), **(files or {})})
    else:
        hub.remote.git("fetch", "-q", str(base / f"hub/{hub.full_name}.git"), "+refs/*:refs/*")
        hub.clock.advance(kept["ahead"])
        hub.issuer.pem = kept["issuer_key"]
    act = Act(hub, root / "runs", runner_variables(), runners=runner_labels())
    runs = Runs(hub, act, SKIPPED)
    with serving(hub) as server, _cloud(root / "azure", wanted=azure) as cloud:
        found = World(root, hub, server, runs, act, cloud)
        for login in ("alice", "bob"):
            person = hub.person(login, "write")
            found.people[login] = Developer.at_desk(hub, person, root / "desks" / login)
        hub.environment("automation").secrets["AMLOPS_APP_PRIVATE_KEY"] = key
        for name, variables in kept.get("environments", {}).items():
            hub.environment(name).variables.update(variables)
        if cloud is not None:
            server.variables["AMLOPS_AZURE_HOME"] = str(cloud.home)
            if base is None:
                bootstrap(found)
        for environment in hub.environments.values():
            environment.secrets["AMLOPS_APP_PRIVATE_KEY"] = key
        yield found
        runs.cancel_all()
        keep = {
            "app_key": key,
            "issuer_key": hub.issuer.pem,
            "ahead": hub.clock.ahead,
            "environments": {one.name: one.variables for one in hub.environments.values()},
        }
        (root / KEPT).write_text(json.dumps(keep))
    assert server.rest.wrong == []


@contextmanager
def _cloud(home: Path, *, wanted: bool) -> Iterator[LocalCloud | None]:
    if not wanted:
        yield None
        return
    found = clouds()
    words = ["start", "--json", "--tenant", found[0]["tenant"]]
    for id in dict.fromkeys(item["subscription"]["id"] for item in found):
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


def bootstrap(found: World) -> None:
    """What an owner does once: `amlops bootstrap --all`, and its answer into GitHub's environments."""
    assert found.cloud is not None
    found.cloud.control("POST", "issuers", {"issuer": ISSUER, "publicKey": found.hub.issuer.public_key})
    done = by_owner(found, "bootstrap", "--all", "--repository", found.hub.full_name, "--json")
    for environment in done["environments"]:
        for name, variables in environment["github_environments"].items():
            found.hub.environment(name).variables.update(variables)


def by_owner(found: World, *words: str) -> Any:
    """An `amlops` command by the owner of the subscriptions, from alice's clone; its JSON."""
    return json.loads(_by_owner(found, [str(Path(sys.executable).with_name("amlops")), *words]))


def pasted(found: World, text: str) -> str:
    """What lines of a page print in a shell of alice's, who owns the subscriptions too and has a token of GitHub's."""
    link = found.alice.folder / ".venv"
    if not link.exists():
        link.symlink_to(Path(sys.executable).parents[1])
    token = {
        "GITHUB_API_URL": found.hub.url,
        "GITHUB_SERVER_URL": found.hub.url,
        "GITHUB_REPOSITORY": found.hub.full_name,
        "GITHUB_TOKEN": found.alice.person.token,
    }
    return _by_owner(found, ["bash", "-ec", text], token)


def _by_owner(found: World, command: list[str], variables: Mapping[str, str] | None = None) -> str:
    assert found.cloud is not None
    clone = {"AMLOPS_AZURE_HOME": str(found.cloud.home), "PYTHONPATH": str(found.alice.folder / "src")}
    done = subprocess.run(
        command,
        cwd=found.alice.folder,
        capture_output=True,
        text=True,
        check=False,
        env={**_ours(), **clone, **(variables or {})},
    )
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout[-1000:]}{done.stderr[-4000:]}"
    return done.stdout


def _ours() -> dict[str, str]:
    """This process's environment without what points at a cloud or at GitHub."""
    dropped = ("AZURE_", "ARM_", "PULUMI_", "AMLOPS_", "GITHUB_", "ACTIONS_", "HTTPS_PROXY", "REQUESTS_CA_BUNDLE")
    found = {name: value for name, value in os.environ.items() if not name.startswith(dropped)}
    return {**found, "AMLOPS_POLL_SECONDS": POLL}
