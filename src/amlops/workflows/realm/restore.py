"""Brings an environment back from git alone: into an empty subscription, or into what is left of the old one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from amlops.config import Environment
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.releases import load_release, load_stage
from amlops.stacks import Result, StackName

from ..bring_up import Served, bring_up
from ..holding import leased
from ..session import Session
from .bootstrap import Bootstrapped, bootstrap


@dataclass(frozen=True, slots=True)
class Restoration:
    """What was done, in this order."""

    bootstrapped: Bootstrapped
    forgotten: int
    results: tuple[Result, ...]
    served: tuple[Served, ...]


def restore_environment(
    session: Session, stacks: Sequence[StackName], git: Git, repository: str, issuer: str, *, wait: float
) -> Restoration:
    """What the environment stands on, then its stacks in order. States that tell of what is lost forget it first.

    Releases are rendered and published, so nothing is built: what a stage names must be in the registry. Raises
    AmlopsError, also (exit code 3) where the registry that it reads, or something that it should hold, is not there.
    """
    done = bootstrap(session, repository, issuer)
    forgotten = sum(
        _forget(session.of(stack), stack, git, wait) for stack in stacks if session.known([stack]).get(stack.text)
    )
    missing = list(_missing(session, stacks))
    if missing:
        raise AmlopsError("\n".join(missing), exit_code=3)
    results, served = bring_up(session, stacks, git, wait=wait)
    return Restoration(done, forgotten, tuple(results), tuple(served))


def _forget(session: Session, stack: StackName, git: Git, wait: float) -> int:
    """How many resources are gone from the cloud; the state forgets them."""
    with (
        leased(session, stack, git, f"amlops restore {stack}", wait=wait),
        session.progress.step(f"comparing the state of {stack} with the cloud"),
    ):
        return session.engine.refresh(stack).counts.get("delete", 0)


def _missing(session: Session, stacks: Sequence[StackName]) -> Iterator[str]:
    """What releases name and the registry lacks, each as a line."""
    from amlops.releases.make import registry_of

    deployments = [stack.deployment for stack in stacks if stack.deployment is not None]
    running = [
        (name, id) for name in deployments for id in load_stage(session.repo, name, session.environment.name).running
    ]
    if not running:
        return
    home = session.environment.shares
    if not _registry_is_there(session, home):
        yield f"the ML registry {session.names.registry} of {home.name} is not there; restore {home.name} first"
        return
    registry = registry_of(session.environment, session.azure)
    for name, id in running:
        for asset in load_release(session.repo, name, session.environment.name, id).assets:
            if registry.lacks(asset):
                yield f"{name}: release {id} names {asset.id}, which is not published; publish it again, or roll back"


def _registry_is_there(session: Session, home: Environment) -> bool:
    names = session.names
    subscription = home.subscription_id or session.azure.subscription
    group = f"/subscriptions/{subscription}/resourceGroups/{names.registry_resource_group}"
    kind = f"Microsoft.MachineLearningServices/registries/{names.registry}"
    return session.azure.resource(f"{group}/providers/{kind}", "2025-12-01") is not None
