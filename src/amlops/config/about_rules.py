"""Rules between the keys of an about file, and between the file and its place, which types can't say."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .about import About
from .document import Document
from .problems import Problem
from .repository import Repository
from .rollout import Rollout, RolloutChanges

RESERVED_DEPLOYMENTS = frozenset({"shared"})
"""`<env>.shared` is the stack of the environment's own ML registry."""


def deployment_name(document: Document, _: About, __: Repository) -> Iterator[Problem]:
    name = document.path.parent.name
    if name in RESERVED_DEPLOYMENTS:
        message = f'"{name}" is reserved: <environment>.{name} is the stack of an ML registry; rename the folder'
        yield document.problem((), message, "deployment-name")
    elif not all(part.isalnum() and part.islower() for part in name.split("-")) or name[0].isdigit():
        allowed = "lower-case letters, digits and single hyphens, a letter first"
        message = f'"{name}" is invalid as a deployment; it should be {allowed}; rename the folder'
        yield document.problem((), message, "deployment-name")


def rollout_rises(document: Document, about: About, _: Repository) -> Iterator[Problem]:
    for where, part in _rollouts(about):
        steps = part.steps
        if steps is not None and (list(steps) != sorted(set(steps)) or steps[-1] != 100):
            message = f"{list(steps)} is invalid as {'.'.join(where)}.steps; steps rise and end with 100; correct them"
            yield document.problem((*where, "steps"), message, "rollout-steps")


def rollout_environments(document: Document, about: About, _: Repository) -> Iterator[Problem]:
    for name in about.rollout.environments:
        if name not in about.environments:
            message = (
                f'"{name}" is invalid in rollout.environments; the deployment runs in {", ".join(about.environments)}; '
                "name one of these"
            )
            yield document.problem(("rollout", "environments", name), message, "rollout-environment")


def rollout_metric_has_a_limit(document: Document, about: About, _: Repository) -> Iterator[Problem]:
    for where, part in _rollouts(about):
        metric = part.metric
        if metric is not None and (metric.at_least, metric.at_most, metric.change) == (None, None, None):
            message = f'"{metric.name}" has no limit; add at_least, at_most or change to {".".join(where)}.metric'
            yield document.problem((*where, "metric"), message, "rollout-metric")


def rollout_may_time_out(document: Document, about: About, _: Repository) -> Iterator[Problem]:
    for where, part in _rollouts(about):
        whole = about.rollout if isinstance(part, Rollout) else about.rollout.of(where[-1])
        if part.on_timeout == "reject" and whole.timeout is None:
            message = f'"reject" never happens without a timeout; add {".".join(where)}.timeout'
            yield document.problem((*where, "on_timeout"), message, "rollout-timeout")


def _rollouts(about: About) -> Iterator[tuple[tuple[str, ...], Rollout | RolloutChanges]]:
    """The settings of all environments and what differs in one, each with its place in the file."""
    yield ("rollout",), about.rollout
    for name, changes in about.rollout.environments.items():
        yield ("rollout", "environments", name), changes


def known_environments(document: Document, about: About, repo: Repository) -> Iterator[Problem]:
    known = repo.environment_names()
    for at, name in enumerate(about.environments):
        if name not in known:
            message = f'"{name}" is invalid as an environment; available values are {", ".join(known)}; choose one'
            yield document.problem(("environments", at), message, "known-environment")


def files_exist(document: Document, about: About, _: Repository) -> Iterator[Problem]:
    for key in ("endpoint", "deployment", "training", "sample_request"):
        name = getattr(about, key)
        if name is not None and not (document.path.parent / name).is_file():
            yield document.problem(
                (key,), f'{key}: there is no file "{name}" beside this one; create it', "missing-file"
            )


ABOUT_RULES: tuple[Callable[[Document, About, Repository], Iterator[Problem]], ...] = (
    deployment_name,
    rollout_rises,
    rollout_environments,
    rollout_metric_has_a_limit,
    rollout_may_time_out,
    known_environments,
)

ABOUT_FILE_RULES: tuple[Callable[[Document, About, Repository], Iterator[Problem]], ...] = (files_exist,)
"""Asked where manifests are read. What runs is rendered from releases, and outlives the files it was made of."""
