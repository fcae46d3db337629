"""What a command works with: the clone, an environment, the ways to its cloud and to Pulumi."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from amlops.azure import Azure
from amlops.config import Environment, Names, Repository
from amlops.errors import AmlopsError
from amlops.local_azure import LocalAzure, Running
from amlops.progress import Progress
from amlops.rollout import Place
from amlops.stacks import Engine, variables


@dataclass(frozen=True)
class Session:
    """`running` is the local Azure, for the environment that is on it."""

    repo: Repository
    environment: Environment
    progress: Progress
    running: Running | None

    @cached_property
    def variables(self) -> dict[str, str]:
        return variables(self.repo, self.environment, self.running, os.environ)

    @cached_property
    def azure(self) -> Azure:
        return Azure({**os.environ, **self.variables})

    @cached_property
    def engine(self) -> Engine:
        return Engine(self.repo, self.variables, self.progress)

    @cached_property
    def names(self) -> Names:
        return Names(self.environment)

    @property
    def lost(self) -> bool:
        """Whether the local Azure ended since the session was opened."""
        return self.running is not None and LocalAzure(self.repo.azure_home).status() is None

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


def open_session(repo: Repository, environment: Environment, progress: Progress, *, start: bool) -> Session:
    """A session; for the local environment it needs the local Azure, and starts it where `start` says so.

    Raises AmlopsError (exit code 3) where it doesn't run.
    """
    running = None
    if environment.is_local:
        local = LocalAzure(repo.azure_home)
        running = local.status()
        if running is None and start:
            with progress.step("starting the local Azure"):
                running = local.start()
        running = running or local.require()
    return Session(repo, environment, progress, running)
