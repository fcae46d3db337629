"""A throw-away local Azure with the files of a commit: what a change would do is tried there, without any credential.

State and cloud stay while the files are replaced by another commit's. Whatever happens, nothing is left: a guard
outside of this process ends the local Azure and removes the folder even where this process is killed.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from amlops.config import ConfigError, Environment, Repository, load_environment
from amlops.config.document import document_of
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.local_azure import LocalAzure, Running
from amlops.progress import Progress

from ..session import STAND_IN, Session, open_session

PREFIX = "amlops-rehearsal-"

FOUNDATION = ("Pulumi.yaml", "infra", "environments")
"""What every stack's program reads."""

ALL = ("deployments", "evaluations")
"""What a platform's program reads besides: who deploys what."""

_CREDENTIALS = (
    "AZURE_",
    "ARM_",
    "PULUMI_",
    "ACTIONS_ID_TOKEN_",
    "ACTIONS_RUNTIME_",
    "AMLOPS_APP_PRIVATE_KEY",
    "AMLOPS_APP_TOKEN_FILE",
    STAND_IN,
    "GITHUB_TOKEN",
    "GH_TOKEN",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_FILE",
    "HTTPS_PROXY",
    "https_proxy",
)
"""Variables that no rehearsal may see: it runs what a pull request wrote."""

_GUARD = 'cat >/dev/null; "$0" -m localazure --home "$1" stop >/dev/null 2>&1; rm -rf "$2"'


@dataclass(frozen=True)
class Rehearsal:
    """`deployments` are those whose files are there of each commit, None for all."""

    git: Git
    repo: Repository
    running: Running
    deployments: tuple[str, ...] | None
    progress: Progress
    process: Mapping[str, str]

    def session(self, environment: str) -> Session:
        """A session on an environment as the files have it now. Raises ConfigError."""
        found = load_environment(self.repo, environment)
        return open_session(self.repo, found, self.progress, start=False, running=self.running, process=self.process)

    def switch(self, commit: str) -> None:
        """The files of another commit in place of those that are there; `.local` stays."""
        _place(self.git, commit, self.repo, self.deployments)

    def origin(self, commit: str, deployment: str) -> Repository | None:
        """A deployment's files as a commit had them, beside the others; None where the clone lacks the commit."""
        if self.git.resolve(commit) is None:
            return None
        root = self.repo.root.parent / f"origin-{commit[:12]}-{deployment}"
        if not root.is_dir():
            root.mkdir()
            _place(self.git, commit, Repository(root), [deployment])
        found = Repository(root)
        return found if found.about_file(deployment).is_file() else None


@contextmanager
def rehearsal(
    git: Git,
    commit: str,
    environments: Sequence[Environment],
    progress: Progress,
    *,
    deployments: Sequence[str] | None = (),
    serving: bool = True,
) -> Iterator[Rehearsal]:
    """A fresh local Azure with the files of `commit`: the foundation and these deployments, or (None) all of them.

    `environments` are those concerned, as the change has them; the local Azure gets their tenant and subscriptions.
    What is found by content (resolved pins, models of stand-ins) is kept for the next one in the per-user cache. Raises
    AmlopsError.
    """
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    home = folder / "azure"
    with _interruptible(), _guarded(folder, home):
        root = folder / "clone"
        (root / ".local").mkdir(parents=True)
        (root / ".local" / "cache").symlink_to(_made(_cache()).resolve(), target_is_directory=True)
        repo, chosen = Repository(root), None if deployments is None else tuple(deployments)
        _place(git, commit, repo, chosen)
        tenant, subscriptions = _place_in_azure([*environments, *_known(repo, environments)])
        with progress.step("starting a local Azure"):
            running = LocalAzure(home).start(tenant, subscriptions, serving=serving)
        process = {name: value for name, value in os.environ.items() if not name.startswith(_CREDENTIALS)}
        process |= {
            STAND_IN: str(home),
            "PULUMI_BACKEND_URL": f"file://{_made(root / '.local' / 'pulumi')}",
            "PULUMI_HOME": str(_made(root / ".local" / "pulumi-home")),
        }
        yield Rehearsal(git, repo, running, chosen, progress, process)


def _known(repo: Repository, environments: Sequence[Environment]) -> Iterator[Environment]:
    """The same environments as the commit has them, as far as it has them and they can be read."""
    for name in dict.fromkeys(item.name for item in environments):
        try:
            yield load_environment(repo, name)
        except ConfigError:
            continue


def _place_in_azure(environments: Sequence[Environment]) -> tuple[str | None, tuple[str, ...]]:
    """(tenant, subscriptions); both empty for the local environment, whose local Azure has its own."""
    tenants: dict[str, None] = {}
    subscriptions: dict[str, None] = {}
    for environment in environments:
        for found in (environment, environment.shares):
            cloud = found.settings.cloud
            if cloud.kind == "azure":
                tenants[cloud.tenant] = None
                subscriptions[cloud.subscription.id] = None
    if len(tenants) > 1:
        named = ", ".join(sorted({item.name for item in environments}))
        raise AmlopsError(f"{named} are of {len(tenants)} tenants; a rehearsal has one", exit_code=2)
    return next(iter(tenants), None), tuple(subscriptions)


def _place(git: Git, commit: str, repo: Repository, deployments: Sequence[str] | None) -> None:
    for entry in repo.root.iterdir():
        if entry.name != ".local":
            shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
    git.export(commit, repo.root, (*FOUNDATION, *(ALL if deployments is None else _files(git, commit, deployments))))


def _files(git: Git, commit: str, deployments: Sequence[str]) -> Iterator[str]:
    """The folders of deployments, and the data that they are evaluated with."""
    for name in deployments:
        yield f"deployments/{name}"
        path = f"deployments/{name}/about.yaml"
        text = git.read(commit, path)
        try:
            evaluation = document_of(text, Path(path)).data.get("evaluation") if text else None
        except ConfigError:
            continue  # whoever loads it tells what is wrong with it
        data = evaluation.get("data") if isinstance(evaluation, Mapping) else None
        if isinstance(data, str) and ".." not in data:
            yield f"evaluations/{data}"


def _cache() -> Path:
    """Where set-up keeps its own, so that a workflow's cache holds both."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "azureml-gitops" / "rehearsals"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def _guarded(folder: Path, home: Path) -> Iterator[None]:
    """Ends the local Azure and removes the folder; where this process dies first, the guard does, at its pipe's end."""
    words = ["sh", "-c", _GUARD, sys.executable, str(home), str(folder)]
    guard = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        try:
            LocalAzure(home).stop()
            shutil.rmtree(folder, ignore_errors=True)
        finally:
            if guard.stdin is not None:
                guard.stdin.close()
            guard.wait()


@contextmanager
def _interruptible() -> Iterator[None]:
    """Being told to end (SIGTERM, as a workflow's runner does) ends the block as Ctrl-C does."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
