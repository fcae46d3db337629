"""Going back: a commit that makes an earlier release current again. Traffic follows it by apply and rollout."""

from __future__ import annotations

from dataclasses import dataclass

from amlops.config import LOCAL, Repository, load_about, load_environment
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.github import GitHub
from amlops.releases import Stage

from ..main_branch import Proposed, main_of, propose, stage_at, stage_change


@dataclass(frozen=True, slots=True)
class RolledBack:
    """`bad` is what was current, `to` what is now."""

    deployment: str
    environment: str
    bad: str
    to: str
    rejected: bool
    proposed: Proposed


def roll_back(
    repo: Repository,
    git: Git,
    github: GitHub | None,
    deployment: str,
    environment: str,
    *,
    to: str | None = None,
    keep: bool = False,
    direct: bool = False,
    reason: str = "",
) -> RolledBack:
    """Makes `to`, else the previous release, current in a stage. Raises ConfigError and AmlopsError (exit code 2) where
    there is no such environment or nothing to go back to, and where it went back already and `to` doesn't name the
    release that is rejected since; (5) while a candidate is being rolled out."""
    load_about(repo, deployment)
    load_environment(repo, environment)
    if environment == LOCAL:
        message = (
            f"the stage of {LOCAL} is not in git; `amlops up {LOCAL}.{deployment}` brings what the manifests say now"
        )
        raise AmlopsError(message, exit_code=2)
    base = main_of(git)
    stage = stage_at(repo, git, base, deployment, environment)
    target = _target(git, base, stage, deployment, environment, to)
    bad = stage.current
    assert bad is not None

    def change(found: Stage) -> Stage:
        if found.current != bad:
            message = f"{environment} runs {found.current} by now, not {bad}; look again"
            raise AmlopsError(message, exit_code=5)
        return found.rolled_back(target, keep=keep)

    kept = f"{bad} may come back by promotion." if keep else f"{bad} is rejected there until a person takes it out."
    body = f"{environment} goes back from {bad} to {target}. {kept}" + (f"\n\n{reason}" if reason else "")
    proposed = propose(
        git,
        github,
        f"rollback/{deployment}/{environment}/{target}",
        stage_change(repo, git, deployment, environment, change),
        title=f"rollback: {deployment} in {environment} to {target}",
        body=body,
        direct=direct,
    )
    return RolledBack(deployment, environment, bad, target, not keep, proposed)


def _target(git: Git, base: str, stage: Stage, deployment: str, environment: str, to: str | None) -> str:
    if stage.current is None:
        raise AmlopsError(
            f"nothing of {deployment} runs in {environment}; there is nothing to go back from", exit_code=2
        )
    if stage.candidate is not None:
        message = (
            f"{stage.candidate} is being rolled out in {environment} and {stage.current} is still there; "
            f"end that by `amlops rollout {environment}.{deployment} --abort`"
        )
        raise AmlopsError(message, exit_code=5)
    ids = sorted(
        path.rsplit("/", 1)[-1].removesuffix(".yaml") for path in git.files(base, f"deployments/{deployment}/releases")
    )
    known = ", ".join(id for id in ids if id != stage.current) or "none"
    if to is None:
        if stage.previous is None:
            message = f"{environment} keeps no previous release of {deployment}; name one by --to: {known}"
            raise AmlopsError(message, exit_code=2)
        if stage.previous in stage.rejected:
            message = (
                f"{environment} went back from {stage.previous} already, it runs {stage.current}; "
                f"to bring {stage.previous} back say --to {stage.previous}"
            )
            raise AmlopsError(message, exit_code=2)
        return stage.previous
    if to not in ids or to == stage.current:
        why = "runs there already" if to == stage.current else "is no release"
        raise AmlopsError(f'"{to}" {why}; available releases of {deployment} are {known}; name one', exit_code=2)
    return to
