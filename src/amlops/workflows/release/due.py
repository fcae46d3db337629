"""Which deployments are to be released now: those that a push changed, that are due again, that somebody asks for, or
whose monitor may have raised an alarm."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from amlops.config import RELEASE, About, ConfigError, Names, Promotion, Repository, load_about, load_environment
from amlops.config.moments import moment, stamp
from amlops.evidence import Evidence
from amlops.git import ABSENT, Git
from amlops.github import Run

Reason = Literal["changed", "due", "monitor", "asked"]

LARGEST = 256
"""Jobs of a matrix, GitHub's limit; who waited longest comes first, the rest comes next time."""
NO_RELEASE = ("releases", "stages", "tests")
"""Folders of a deployment that no release is made of."""


@dataclass(frozen=True, slots=True)
class Due:
    """`environment` is the first one; `why` is for people. A `monitor` is only asked once the cloud can be reached."""

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


def training_path(deployment: str) -> str:
    """Evidence of the last training: when, why, by which job."""
    return f"deployments/{deployment}/training.json"


def last_training(evidence: Evidence, deployment: str) -> datetime | None:
    return _at(evidence.read(training_path(deployment)))


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
    """In the order in which they waited. `asked` names one deployment; `base` stands for the commit before a push.

    Without either the run's event decides. Broken about files are left out: the checks of their pull requests told.
    Raises ConfigError for a deployment that is asked for and isn't there, GitFailed.
    """
    if asked:
        load_about(repo, asked)
        return tuple(_named(repo, promotion, [asked], "asked", "somebody asked for it"))
    before = base or (_before(run) if run is not None and run.event == "push" else None)
    if before is not None:
        return tuple(_changed(repo, git, promotion, before))
    found = evidence.read_all(training_path(name) for name in repo.deployment_names())
    waiting = list(_again(repo, promotion, {path: _at(what) for path, what in found.items()}, now))
    return tuple(item for _, item in sorted(waiting, key=lambda pair: pair[0]))


def matrix(repo: Repository, found: Sequence[Due]) -> dict[str, list[dict[str, str]]]:
    """As a matrix of GitHub Actions. Raises ConfigError."""
    entries = []
    for item in found[:LARGEST]:
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


def changed_deployments(paths: Iterable[str], abouts: Mapping[str, About]) -> dict[str, str]:
    """Deployments that a release may come out differently of, with the first path that says so."""
    found: dict[str, str] = {}
    for path in sorted(paths):
        for name in _made_of(path, abouts):
            found.setdefault(name, path)
    return found


def _made_of(path: str, abouts: Mapping[str, About]) -> Iterator[str]:
    """Deployments whose releases a file has a part in; several may be measured by the same rows."""
    folder, _, below = path.partition("/")
    if folder == "evaluations":
        yield from (name for name, about in abouts.items() if about.evaluation and about.evaluation.data == below)
    elif folder == "deployments" and "/" in below and not path.endswith(".md"):
        name, _, inside = below.partition("/")
        if name in abouts and inside.partition("/")[0] not in NO_RELEASE:
            yield name


def _before(run: Run) -> str:
    """What the branch was before the push; nothing, where the branch is new."""
    return str(run.payload.get("before") or ABSENT)


def _changed(repo: Repository, git: Git, promotion: Promotion, before: str) -> Iterator[Due]:
    abouts = dict(_abouts(repo, repo.deployment_names()))
    if git.resolve(before) is None:
        yield from _named(repo, promotion, abouts, "changed", "the commit before is not known")
        return
    for name, path in changed_deployments(git.changed(before, "HEAD"), abouts).items():
        yield from _named(repo, promotion, [name], "changed", path)


def _again(
    repo: Repository, promotion: Promotion, trained: Mapping[str, datetime | None], now: datetime
) -> Iterator[tuple[str, Due]]:
    """Each with since when it waits."""
    for name, about in _abouts(repo, repo.deployment_names()):
        asks, last = about.retraining, trained.get(training_path(name))
        if about.training is None or (asks.every is None and asks.monitor is None):
            continue
        since = "" if last is None else stamp(last)
        if asks.every is not None and (last is None or last + asks.every <= now):
            why = f"last trained {since}" if since else "never trained by a run"
            yield from ((since, item) for item in _named(repo, promotion, [name], "due", why))
        elif asks.monitor is not None and (last is None or last + asks.quiet <= now):
            why = f"monitor {asks.monitor} is asked"
            yield from ((since, item) for item in _named(repo, promotion, [name], "monitor", why))


def _named(repo: Repository, promotion: Promotion, names: Iterable[str], reason: Reason, why: str) -> Iterator[Due]:
    for name, about in _abouts(repo, names):
        path = promotion.path_of(about.environments)
        if path and about.retired is None:
            yield Due(name, path[0], reason, why)


def _abouts(repo: Repository, names: Iterable[str]) -> Iterator[tuple[str, About]]:
    for name in names:
        try:
            yield name, load_about(repo, name)
        except ConfigError:
            continue


def _at(found: Mapping[str, Any] | None) -> datetime | None:
    written = (found or {}).get("written")
    if not isinstance(written, dict):
        return None
    try:
        at: datetime = moment(written["at"])
    except (ValueError, KeyError):
        return None
    return at


__all__ = ["Due", "changed_deployments", "due", "last_training", "matrix", "training_path"]
