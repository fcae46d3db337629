"""One release from its training to its commit: train, publish, lock, evaluate, write the evidence, move the stage.

Killed at any point and run again it ends the same: job, assets and evaluation are found by content, evidence and commit
are whole or not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from amlops.config import LOCAL, ConfigError, Promotion, Repository, load_about
from amlops.config.document import document_of
from amlops.errors import AmlopsError
from amlops.evidence import Evidence, of_release
from amlops.git import Files, Git
from amlops.github import Run, written_by
from amlops.releases import Release, Stage, release_of, release_text, stage_text

from ..main_branch import MAIN, stage_at, stage_path
from ..session import Session
from .due import Due
from .reported import reported_metrics
from .trained import training_path
from .tried import keep_tried


@dataclass(frozen=True, slots=True)
class Released:
    """`commit` is None where main has it so already; `moved` says whether the stage did. `release` is None where
    nothing was due."""

    deployment: str
    environment: str
    release: str | None
    moved: bool
    commit: str | None
    said: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "deployment": self.deployment,
            "environment": self.environment,
            "release": self.release,
            "moved": self.moved,
            "commit": self.commit,
            "said": self.said,
        }


def release_and_commit(
    session: Session, git: Git, promotion: Promotion, *, wanted: Due | None, deployment: str, run: Run | None
) -> Released:
    """Releases a deployment into its first environment, by a commit on main. `wanted` says why; None: nothing is due.

    Raises ConfigError, AmlopsError, GitFailed.
    """
    repo, environment = session.repo, session.environment
    about = load_about(repo, deployment)
    path = promotion.path_of(about.environments)
    if not path or path[0] != environment.name:
        first = path[0] if path else "none"
        message = f"releases of {deployment} come into {first} first, not into {environment.name}; say --env {first}"
        raise AmlopsError(message, exit_code=2)
    if about.retired is not None:
        raise AmlopsError(f"{deployment} is retired: {about.retired}", exit_code=2)
    evidence = Evidence(git)
    if wanted is None:
        return Released(deployment, environment.name, None, False, None, f"{deployment}: nothing is due")
    now = session.azure.now()
    if wanted.reason == "rebuild":
        return _rebuild(session, git, evidence, wanted, now, run)
    try:
        done = _release(session, git, evidence, wanted, now, run)
    except Exception:
        _keep_tried(git, evidence, deployment, None, now, run)
        raise
    _keep_tried(git, evidence, deployment, done.release, now, run)
    return done


def _rebuild(session: Session, git: Git, evidence: Evidence, why: Due, now: datetime, run: Run | None) -> Released:
    """What main changed since the release is not tried by this: it stays due."""
    from amlops.releases.rebuild import NOTHING_TO_BUILD, rebuild_release

    told, name = session.progress, why.deployment
    with told.step(f"building the image of {name} anew"):
        made = rebuild_release(session.repo, name, session.environment, session.azure, now=now, say=told.line)
    if made is None:
        return Released(name, session.environment.name, None, False, None, f"{name}: {NOTHING_TO_BUILD}")
    return _measure_and_commit(session, git, evidence, made, {}, why, written_by(run, now, git.resolve("HEAD")))


def _keep_tried(
    git: Git, evidence: Evidence, deployment: str, release: str | None, now: datetime, run: Run | None
) -> None:
    """Of runs only: the clone of a person may stand anywhere."""
    if run is not None:
        keep_tried(evidence, deployment, commit=git.head(), release=release, written=run.written(now))


def _release(session: Session, git: Git, evidence: Evidence, why: Due, now: datetime, run: Run | None) -> Released:
    deployment = why.deployment
    release, job = _make(session, deployment, why, now, run)
    by = written_by(run, now, git.resolve("HEAD"))
    files: dict[str, Mapping[str, Any] | str] = {}
    if job is not None:
        trained = {"job": job, "release": release.id, "reason": why.reason, "why": why.why, "written": by}
        files[training_path(deployment)] = trained
    return _measure_and_commit(session, git, evidence, release, files, why, by)


def _measure_and_commit(
    session: Session,
    git: Git,
    evidence: Evidence,
    release: Release,
    files: Mapping[str, Mapping[str, Any] | str],
    why: Due,
    by: Mapping[str, Any],
) -> Released:
    """`files` are evidence that is written together with what was measured."""
    name, measured = release.deployment, _evaluate(session, release)
    if measured is not None:
        files = {**files, of_release(name, release.id, "evaluation"): {**measured, "written": by}}
    if files:
        evidence.write(files, f"release of {name}: {release.id}")
    return _commit(session.repo, git, name, session.environment.name, release, why)


def _make(session: Session, deployment: str, why: Due, now: datetime, run: Run | None) -> tuple[Release, str | None]:
    """The release, and the job that trained it."""
    from amlops.releases.make import make_release
    from amlops.training import train

    repo, environment, told = session.repo, session.environment, session.progress
    model = None
    if load_about(repo, deployment).training is not None:
        with told.step(f"training {deployment}"):
            model = train(
                repo,
                deployment,
                environment,
                session.azure,
                mark=mark_of(why, now, run),
                say=told.line,
                on_line=told.line,
            )
    with told.step(f"releasing {deployment}"):
        made = make_release(repo, deployment, environment, session.azure, model=model, now=now, say=told.line)
    return made, model.job if model is not None else None


def mark_of(why: Due, now: datetime, run: Run | None) -> str:
    """What makes a training another one though nothing in git changed; the same for a run that goes on."""
    if why.reason in ("changed", "failed"):
        return ""
    return f"{why.reason} {run.id}" if why.reason == "asked" and run is not None else f"{why.reason} {now:%Y-%m-%d}"


def _evaluate(session: Session, release: Release) -> dict[str, Any] | None:
    from amlops.training import evaluate

    told = session.progress
    with told.step(f"evaluating {release.id}"):
        found = evaluate(session.repo, release, session.environment, session.azure, say=told.line, on_line=told.line)
    job = release.provenance.job
    if found is not None and job is not None:
        found["reported"] = reported_metrics(session, job)
    return found


def _commit(repo: Repository, git: Git, deployment: str, environment: str, release: Release, why: Due) -> Released:
    assert environment != LOCAL
    stages: list[tuple[Stage, Stage]] = []

    def files(parent: str | None) -> Files:
        stage = stage_at(repo, git, parent or "", deployment, environment)
        after = stage.queued(release.id)
        stages[:] = [(stage, after)]
        found = _release_file(repo, git, parent or "", release)
        if after != stage:
            found[stage_path(deployment, environment)] = stage_text(deployment, environment, after)
        return found

    before = git.remote_refs(f"refs/heads/{MAIN}").get(f"refs/heads/{MAIN}")
    message = f"release: {deployment} {release.id}\n\n{_because(why)}\n"
    commit = git.push_files(MAIN, files, message)
    place = f"{deployment} {release.id}"
    ((stage, after),) = stages
    if release.id == after.previous and release.id not in after.rejected:
        message = f"{place} ran in {environment} before {after.current}, so it does not come in as a new one"
        back = f"`amlops rollback {deployment} --env {environment}` brings it back"
        raise AmlopsError(f"{message}; {back}", exit_code=2)
    if commit == before:
        return Released(deployment, environment, release.id, False, None, f"{place}: main has it so already")
    said = f"changed, and {environment} has it already"
    if after != stage:
        comes = release.id in (*after.running, after.next) and release.id not in stage.running
        said = f"comes into {environment}" if comes else f"is what main says, so {stage.next} is no longer next"
    return Released(
        deployment, environment, release.id, after != stage, commit, f"{place} {said}: commit {commit[:10]}"
    )


def _because(why: Due) -> str:
    words = {
        "changed": "Changed:",
        "failed": "Tried again:",
        "due": "Due again:",
        "monitor": "A monitor's alarm:",
        "asked": "Asked for:",
        "rebuild": "Its image is built anew:",
    }
    return f"{words[why.reason]} {why.why}."


def _release_file(repo: Repository, git: Git, commit: str, release: Release) -> dict[str, str | bytes | None]:
    """The release's file by its path, unless it is there with the same content."""
    path = f"deployments/{release.deployment}/releases/{release.id}.yaml"
    return {} if _is_there(repo, git.read(commit, path), path, release) else {path: release_text(release)}


def _is_there(repo: Repository, text: str | None, path: str, release: Release) -> bool:
    """Whether the file says the same."""
    if text is None:
        return False
    try:
        known = release_of(document_of(text, repo.root / path, root=repo.root), release.deployment)
    except ConfigError:
        return False
    return known.says_the_same_as(release)
