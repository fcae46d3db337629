"""Which deployments are to be released now: those that main changed since the last try, that are due again, that
somebody asks for, or whose monitor has raised an alarm.

A commit whose release failed is tried again once main changes the deployment, or somebody starts the workflow: not by
the clock, or one broken training would be repeated every hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from amlops.config import RELEASE, About, Names, Promotion, Repository, load_about, load_environment
from amlops.config.moments import stamp
from amlops.evidence import Evidence
from amlops.git import ABSENT, Git
from amlops.github import MATRIX_JOBS, Run

from .abouts import readable_abouts
from .alarm import Alarm
from .changed import changed_since, unreleased
from .monitors import counts, kept_alarms
from .trained import last_trained
from .tried import Tried, last_tried

Reason = Literal["changed", "failed", "due", "monitor", "asked", "rebuild"]


@dataclass(frozen=True, slots=True)
class Due:
    """`environment` is the first one; `why` is for people."""

    deployment: str
    environment: str
    reason: Reason
    why: str

    def as_dict(self) -> dict[str, Any]:
        return {
            "deployment": self.deployment,
            "environment": self.environment,
            "reason": self.reason,
            "why": self.why,
        }


def due(
    repo: Repository,
    git: Git,
    evidence: Evidence,
    promotion: Promotion,
    *,
    run: Run | None,
    now: datetime,
    asked: str | None = None,
    base: str | None = None,
) -> tuple[Due, ...]:
    """What changed before what is due again, each in the order in which it waited. `asked` names one deployment; `base`
    asks what changed since that commit.

    Without either the run's event decides: a push releases what changed, a run that somebody starts also what failed,
    every run but that of a push also what is due again. Broken about files are left out: the checks of their pull
    requests told. Raises ConfigError for a deployment that is asked for and isn't there, GitFailed.
    """
    if asked:
        load_about(repo, asked)
        return tuple(_named(repo, promotion, [asked], "asked", "somebody asked for it"))
    abouts = dict(readable_abouts(repo, repo.deployment_names()))
    if base is not None:
        since = changed_since(git, abouts, base)
        return tuple(item for name, why in since.items() for item in _named(repo, promotion, [name], "changed", why))
    last, event = last_tried(evidence, abouts), "" if run is None else run.event
    found = {item.deployment: item for item in _changed(repo, git, promotion, abouts, last, run)}
    if event == "workflow_dispatch":
        found = {item.deployment: item for item in _failed(repo, promotion, last)} | found
    if event != "push":
        trained, alarms = last_trained(evidence, abouts), kept_alarms(evidence, abouts)
        waiting = _again(repo, promotion, abouts, trained, last, alarms, now)
        for _, item in sorted(waiting, key=lambda pair: pair[0]):
            found.setdefault(item.deployment, item)
    return tuple(found.values())


def matrix(repo: Repository, found: Sequence[Due]) -> dict[str, list[dict[str, str]]]:
    """As a matrix of GitHub Actions; who waited longest comes first, what it can't take comes next time. Raises
    ConfigError."""
    entries = []
    for item in found[:MATRIX_JOBS]:
        environment = load_environment(repo, item.environment)
        entries.append(
            {
                "deployment": item.deployment,
                "environment": item.environment,
                "github_environment": Names(environment).realm(RELEASE),
                "runner": environment.settings.runner,
            }
        )
    return {"include": entries}


def _before(run: Run) -> str:
    """What the branch was before the push; nothing, where the branch is new."""
    return str(run.payload.get("before") or ABSENT)


def _changed(
    repo: Repository,
    git: Git,
    promotion: Promotion,
    abouts: Mapping[str, About],
    tried: Mapping[str, Tried],
    run: Run | None,
) -> Iterator[Due]:
    found = unreleased(git, abouts, tried, _before(run) if run is not None and run.event == "push" else None)
    for name in sorted(found, key=lambda name: (stamp(tried[name].at) if name in tried else "", name)):
        yield from _named(repo, promotion, [name], "changed", found[name])


def _failed(repo: Repository, promotion: Promotion, tried: Mapping[str, Tried]) -> Iterator[Due]:
    for name, last in sorted(tried.items(), key=lambda pair: pair[1].at):
        if last.failed:
            yield from _named(repo, promotion, [name], "failed", f"of {last.commit[:10]} came no release")


def _again(
    repo: Repository,
    promotion: Promotion,
    abouts: Mapping[str, About],
    trained: Mapping[str, datetime],
    tried: Mapping[str, Tried],
    alarms: Mapping[str, Alarm],
    now: datetime,
) -> Iterator[tuple[str, Due]]:
    """Each with since when it waits. After a try that failed, neither clock nor monitor asks for a while."""
    for name, about in abouts.items():
        asks, last = about.retraining, trained.get(name)
        if name in tried and tried[name].failed and now < tried[name].at + asks.quiet:
            continue
        if about.training is None or (asks.every is None and asks.monitor is None):
            continue
        since = "" if last is None else stamp(last)
        if asks.every is not None and (last is None or last + asks.every <= now):
            why = f"last trained {since}" if since else "never trained by a run"
            yield from ((since, item) for item in _named(repo, promotion, [name], "due", why))
        elif asks.monitor is not None and name in alarms and counts(alarms[name], about, last):
            why = f"{alarms[name].job} of monitor {asks.monitor}: {alarms[name].said}"
            yield from ((since, item) for item in _named(repo, promotion, [name], "monitor", why))


def _named(repo: Repository, promotion: Promotion, names: Iterable[str], reason: Reason, why: str) -> Iterator[Due]:
    for name, about in readable_abouts(repo, names):
        path = promotion.path_of(about.environments)
        if path and about.retired is None:
            yield Due(name, path[0], reason, why)


__all__ = ["Due", "due", "matrix"]
