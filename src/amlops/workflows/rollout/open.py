"""Makes what a run of a rollout works with, from a stack's name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from amlops.azure import poll_seconds
from amlops.config import ConfigError, Environment, Problem, Repository, Rollout, load_about
from amlops.evidence import Evidence
from amlops.git import Git
from amlops.github import Run, open_git
from amlops.progress import Progress
from amlops.rollout.patience import Patience
from amlops.rollout.request_logs import Query
from amlops.stacks import StackName, parse_stack

from ..holding import held
from ..session import Session, open_session
from .job import Job, Renews
from .kept import Kept, KeptInFolder, KeptInGit
from .log_analytics import LogAnalytics
from .smoke_test import SmokeTest
from .stages import StageInFile, StageInGit, Stages

ROUNDS = 40
"""Polls that a write may take: ten minutes where a poll is every 15 s."""
LEASE_WAIT = 600.0
"""Seconds that an apply of the same stack is waited for."""


class NoLease:
    """On one machine the lock of the clone is enough."""

    def renew(self) -> None:
        """Nothing runs out."""


@contextmanager
def open_job(repo: Repository, text: str, told: Progress) -> Iterator[Job]:
    """The job of a stack's rollout, with its lease. Raises AmlopsError: (2) no deployment's stack, (5) it is held."""
    stack, environment = deployment_stack(repo, text)
    session = open_session(repo, environment, told, start=False, stack=stack)
    git = open_git(repo.root, session.process)
    with held(session, stack, git, f"amlops rollout {stack}", wait=LEASE_WAIT) as lease:
        yield job_of(session, stack, lease or NoLease(), Run.of(session.process))


def unleased_job(repo: Repository, text: str, told: Progress) -> Job:
    """The job for whoever only tells a wish, whoever holds the lease. Raises AmlopsError (2): no deployment's stack."""
    stack, environment = deployment_stack(repo, text)
    session = open_session(repo, environment, told, start=False, stack=stack)
    return job_of(session, stack, NoLease(), Run.of(session.process))


def job_of(session: Session, stack: StackName, lease: Renews, run: Run | None) -> Job:
    """The job, while `lease` is held."""
    assert stack.deployment is not None
    repo, environment = session.repo, session.environment
    about = load_about(repo, stack.deployment)
    settings = about.rollout.of(environment.name)
    poll = poll_seconds(session.process)
    place = session.endpoint(stack.deployment)
    request = (repo.deployment(stack.deployment) / about.sample_request).read_bytes()
    git = open_git(repo.root, session.process)
    return Job(
        stack=stack.text,
        deployment=stack.deployment,
        environment=environment.name,
        settings=settings,
        place=place,
        now=session.azure.now,
        metrics=session.azure.resource,
        stages=stages_of(session, stack.deployment, git),
        kept=_kept(session, stack.deployment, git, run),
        smoke=SmokeTest(session.azure, place, request, min(poll, 5.0), session.progress),
        lease=lease,
        progress=session.progress,
        poll=poll,
        patience=Patience(pause=min(poll, 5.0), longest=poll * ROUNDS, operation=poll * ROUNDS),
        run=run,
        logs=_logs(session) if counted_by_logs(settings, environment) else None,
    )


def deployment_stack(repo: Repository, text: str) -> tuple[StackName, Environment]:
    """Raises ConfigError for anything but a stack of a deployment."""
    stack, environment = parse_stack(repo, text)
    if stack.deployment is None:
        message = f'"{text}" has no traffic to roll out; name the stack of a deployment, such as {text}.<deployment>'
        raise ConfigError([Problem(repo.shown(repo.environment_file(environment.name)), 1, message, "known-stack")])
    return stack, environment


def stages_of(session: Session, deployment: str, git: Git) -> Stages:
    environment = session.environment
    if environment.is_local:
        return StageInFile(session.repo, deployment, environment.name)
    return StageInGit(git, session.repo, deployment, environment.name)


def counted_by_logs(settings: Rollout, environment: Environment) -> bool:
    """What about.yaml says; else by logs where the environment's platform sends them to Log Analytics."""
    if settings.counts is not None:
        return settings.counts == "logs"
    return environment.platform.monitoring.resource_logs


def _logs(session: Session) -> Query:
    """Of the environment's own workspace, which its platform sends the endpoints' logs to."""
    kind = f"Microsoft.OperationalInsights/workspaces/{session.names.log_analytics}"
    return LogAnalytics(session.azure, f"{session.group_id}/providers/{kind}").query


def _kept(session: Session, deployment: str, git: Git, run: Run | None) -> Kept:
    environment = session.environment
    if environment.is_local:
        return KeptInFolder(deployment, environment.name, session.repo.local / "evidence")
    return KeptInGit(deployment, environment.name, Evidence(git), run)
