"""The path of `amlops up`: stacks in order, and for deployments release, traffic and a smoke test around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from amlops.config import load_about
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.releases import Stage, load_release, load_stage, write_stage
from amlops.stacks import Result, StackName
from amlops.stacks.recovery import prepare
from amlops.stacks.recovery import up as recovered_up
from amlops.stacks.soft_delete import purge

from .compare import compare
from .first_traffic import give_traffic
from .holding import leased
from .session import Session


@dataclass(frozen=True, slots=True)
class Served:
    """A deployment that answered. `sample` is its request file, below the deployment's folder."""

    deployment: str
    release: str
    url: str
    key: str
    sample: str
    answer: Any


def bring_up(
    session: Session, stacks: Sequence[StackName], git: Git, *, wait: float
) -> tuple[list[Result], list[Served]]:
    """Brings the stacks up in the order given, each under its lease. Raises AmlopsError, ConfigError, StackFailed."""
    results: list[Result] = []
    served: list[Served] = []
    settled = compare(session, stacks)
    for stack in stacks:
        stage = Stage()
        if stack.deployment is not None:
            if session.environment.is_local and _release(session, stack.deployment):
                settled.pop(stack, None)
            stage = load_stage(session.repo, stack.deployment, session.environment.name)
            for id in stage.running:
                load_release(session.repo, stack.deployment, session.environment.name, id)
        with leased(session.of(stack), stack, git, f"amlops up {stack}", wait=wait):
            result = settled.get(stack)
            if result is None:
                result = _up(session.of(stack), stack)
                # what stands on a stack that changed is compared anew, by bringing it up
                settled = {} if result.changed else settled
            results.append(result)
            if stack.deployment is not None and stage.current is not None:
                served.append(_serve(session.of(stack), stack, stage.current))
    return results, served


def _up(session: Session, stack: StackName) -> Result:
    with session.progress.step(f"stack {stack}"):
        state = prepare(session.engine, session.azure, stack)
        if stack.kind == "platform":
            purge(session.azure, session.environment, state, session.progress)
        result = recovered_up(session.engine, session.azure, stack)
        session.progress.line(f"{stack}: {result}")
    return result


def _release(session: Session, deployment: str) -> bool:
    """Makes a release where the stage names none that exists, file and published assets. True if the stage moved."""
    repo, environment = session.repo, session.environment
    stage = load_stage(repo, deployment, environment.name)
    gone = [id for id in stage.running if not _exists(session, deployment, id)]
    if stage.current is not None and not gone:
        return False
    if gone:
        stage = stage.without(gone)
        write_stage(repo, deployment, environment.name, stage)
    if stage.current is not None:
        return True
    from amlops.releases.make import make_release
    from amlops.training import train

    model = None
    if load_about(repo, deployment).training is not None:
        with session.progress.step(f"training {deployment}"):
            line = session.progress.line
            model = train(repo, deployment, environment, session.azure, say=line, on_line=line)
    with session.progress.step(f"releasing {deployment}"):
        make_release(repo, deployment, environment, session.azure, model=model, say=session.progress.line)
    return True


def _exists(session: Session, deployment: str, release: str) -> bool:
    """Whether the release has its file and the registry its assets. Raises ConfigError for a file that was edited."""
    from amlops.releases.make import registry_of

    if not (session.repo.releases_dir(deployment, session.environment.name) / f"{release}.yaml").is_file():
        return False
    found = load_release(session.repo, deployment, session.environment.name, release)
    registry = registry_of(session.environment, session.azure)
    for asset in found.assets:
        if registry.lacks(asset):
            session.progress.line(f"release {release} names {asset.id}, which is not published any more")
            return False
    return True


def _serve(session: Session, stack: StackName, current: str) -> Served:
    """Traffic where there is none (on this machine: where the current release has none), the state of it, a request."""
    from amlops.rollout import ask, read_endpoint
    from amlops.rollout.keys import bearer

    assert stack.deployment is not None
    repo, about = session.repo, load_about(session.repo, stack.deployment)
    release = load_release(repo, stack.deployment, session.environment.name, current)
    place = session.endpoint(stack.deployment)
    live = read_endpoint(place)
    if live is None or release.deployment_name not in {item.name for item in live.deployments}:
        session.progress.line(f"{place.endpoint} is not in the cloud as the state of {stack} has it")
        with session.progress.step(f"reading the cloud into the state of {stack}"):
            session.engine.refresh(stack)
        _up(session, stack)
    give_traffic(session, stack, release.deployment_name, take=session.environment.is_local)
    live = read_endpoint(place)
    if live is None:
        raise AmlopsError(f"the endpoint {place.endpoint} is gone; run it again")
    request = (repo.deployment(stack.deployment) / about.sample_request).read_bytes()
    key = bearer(place, live.auth_mode, session.azure.credential)
    with session.progress.step(f"asking {place.endpoint}"):
        answer = ask(live.scoring_uri, key, request, ca=session.azure.ca)
    return Served(stack.deployment, current, live.scoring_uri, key, about.sample_request, answer.body)
