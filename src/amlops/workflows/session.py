"""One environment as a command works on it: its files, the ways to its cloud and to Pulumi."""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from amlops.azure import Azure
from amlops.config import PLATFORM, Environment, Names, Repository
from amlops.errors import AmlopsError
from amlops.github import FederatedToken
from amlops.local_azure import LocalAzure, Running
from amlops.progress import Progress
from amlops.rollout import Place
from amlops.stacks import Engine, StackName, StackVariables, StateContainer, named_backend, realm_of, variables
from amlops.stacks.pulumi_cli import require_host

STAND_IN = "AMLOPS_AZURE_HOME"
"""The home of a local Azure that stands in for every environment, with its tenant and subscription."""


@dataclass(frozen=True)
class Session:
    """`running` is the local Azure that the environment is on; `who` is PLATFORM or the team whose state is used."""

    repo: Repository
    environment: Environment
    progress: Progress
    running: Running | None
    process: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
    who: str = PLATFORM

    @cached_property
    def access(self) -> dict[str, str]:
        """How to reach the cloud and Pulumi; of the state only what needs no asking."""
        return variables(self.repo, self.environment, self.running, self.process)

    @cached_property
    def state(self) -> StateContainer | None:
        """The container with the state; None where it lies on this machine, or where the process says."""
        if self.environment.is_local or named_backend(self.environment, self.process) is not None:
            return None
        return StateContainer(self.azure, self.environment, self.who)

    @cached_property
    def variables(self) -> Mapping[str, str]:
        """All that the Pulumi CLI needs on stacks of `who`."""
        return self.access if self.state is None else StackVariables(self.access, self.state)

    @cached_property
    def azure(self) -> Azure:
        return Azure({**self.process, **self.access})

    @cached_property
    def engine(self) -> Engine:
        """For stacks of `who` only; see `of`. Raises AmlopsError where Pulumi, or in Azure its language host, is
        missing."""
        if self.running is None and not self.environment.is_local:
            require_host(self.process)
        return Engine(self.repo, self.variables, self.progress)

    @cached_property
    def names(self) -> Names:
        return Names(self.environment)

    @cached_property
    def _realms(self) -> dict[str, Session]:
        return {}

    @property
    def subscription(self) -> str:
        """The environment's, by its id."""
        return self.environment.subscription_id or self.azure.subscription

    @property
    def group_id(self) -> str:
        """ARM's id of the platform's resource group."""
        return f"/subscriptions/{self.subscription}/resourceGroups/{self.names.resource_group}"

    @property
    def workspace_id(self) -> str:
        return f"{self.group_id}/providers/Microsoft.MachineLearningServices/workspaces/{self.names.workspace}"

    @property
    def lost(self) -> bool:
        """Whether the local Azure ended since the session was opened."""
        return self.running is not None and LocalAzure(self.running.home).status() is None

    def of(self, stack: StackName) -> Session:
        """The session whose engine reaches the stack's state: this one, or one of another realm."""
        if self.state is None:
            return self
        return self.keeping(realm_of(self.repo, stack))

    def keeping(self, who: str) -> Session:
        """The session whose engine reaches the state that PLATFORM or a team keeps."""
        if self.state is None or who == self.who:
            return self
        return self._realms.setdefault(who, replace(self, who=who))

    def known(self, stacks: Sequence[StackName]) -> dict[str, int]:
        """Every stack of the realms of `stacks`, with the number of its resources."""
        found: dict[str, int] = {}
        for one in {session.who: session for session in map(self.of, stacks)}.values():
            found |= one.engine.stacks()
        return found

    def endpoint(self, deployment: str) -> Place:
        """The online endpoint of a deployment here."""
        client = self.azure.machine_learning(self.environment.subscription_id)
        return Place(client, self.names.resource_group, self.names.workspace, self.names.endpoint(deployment))


@contextmanager
def explaining(session: Session) -> Iterator[None]:
    """Says so where a failure comes from a local Azure that ended while it was used."""
    try:
        yield
    except AmlopsError as error:
        if not session.lost:
            raise
        lost = "the local Azure ended on the way (see `amlops local logs`); run it again, it goes on from here"
        raise AmlopsError(f"{error}\n{lost}", exit_code=error.exit_code) from None


def open_session(
    repo: Repository,
    environment: Environment,
    progress: Progress,
    *,
    start: bool,
    stack: StackName | None = None,
    running: Running | None = None,
    process: Mapping[str, str] | None = None,
) -> Session:
    """A session, of the realm of `stack` (without one: the platform's).

    `running` is a local Azure to use, else the one that AMLOPS_AZURE_HOME names, else that of the environment `local`,
    which is started where `start` says so. `process` are the variables to go by, else this process's. In a job of
    GitHub's that may have an OIDC token, the token is fetched and kept fresh until this process ends.

    Raises AmlopsError: (3) the local Azure doesn't run, (2) it has another tenant or subscription.
    """
    given = os.environ if process is None else process
    running = running or _stand_in(repo, environment, progress, given, start=start)
    if running is not None:
        _require_ids(environment, running)
    if not environment.is_local:
        given = _with_token(given)
    who = PLATFORM if stack is None else realm_of(repo, stack)
    return Session(repo, environment, progress, running, given, who)


def _stand_in(
    repo: Repository, environment: Environment, progress: Progress, process: Mapping[str, str], *, start: bool
) -> Running | None:
    home = process.get(STAND_IN)
    if home:
        running = LocalAzure(Path(home)).status()
        if running is None:
            raise AmlopsError(f"{STAND_IN}: no local Azure runs at {home}; start it or unset the variable", exit_code=3)
        return running
    if not environment.is_local:
        return None
    local = LocalAzure(repo.azure_home)
    running = local.status()
    if running is None and start:
        with progress.step("starting the local Azure"):
            running = local.start()
    return running or local.require()


def _require_ids(environment: Environment, running: Running) -> None:
    cloud = environment.settings.cloud
    if cloud.kind != "azure":
        return
    wrong = []
    if cloud.tenant != running.tenant_id:
        wrong.append(f"the tenant {running.tenant_id}, not {cloud.tenant}")
    if cloud.subscription.id not in running.subscriptions:
        wrong.append(f"no subscription {cloud.subscription.id}")
    if wrong:
        todo = "start one with `--tenant` and `--subscription` of the environment's file"
        raise AmlopsError(
            f"the local Azure at {running.home} can't stand in for {environment.name}: it has {' and '.join(wrong)}; "
            f"{todo}",
            exit_code=2,
        )


def _with_token(process: Mapping[str, str]) -> Mapping[str, str]:
    """With the file of GitHub's OIDC token, where the job may have one and is told which identity to use it for."""
    if process.get("AZURE_FEDERATED_TOKEN_FILE") or not process.get("AZURE_CLIENT_ID"):
        return process
    token = FederatedToken.of(process)
    if not token.url:
        return process
    token.__enter__()
    atexit.register(token.__exit__, None, None, None)
    return {**process, **token.variables}
