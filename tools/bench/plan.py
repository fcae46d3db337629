"""Planning a change of one deployment among a thousand beside the same among ten: whole processes, rehearsed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from tests.gitops.azure_world import linked_clone
from tests.support.clone import Clone
from tests.support.unpublished import renamed, unpublished, with_variables

from amlops.config import Repository
from amlops.releases import Release, Stage, write_release, write_stage

from .figures import Figure, seconds

FEW, MANY = 10, 1000
ROUNDS = 3
PATTERN, ENVIRONMENT = "diabetes-progression", "dev"


def measure(folder: Path) -> Iterator[Figure]:
    """In turns; the medians' ratio. A first plan fills what all rehearsals share."""
    clones = {number: _clone(folder / str(number), number) for number in (FEW, MANY)}
    _plan(clones[FEW])
    taken: dict[int, list[float]] = {number: [] for number in clones}
    for _ in range(ROUNDS):
        for number, clone in clones.items():
            taken[number].append(seconds(lambda clone=clone: _plan(clone)))  # type: ignore[misc]
    few, many = (sorted(taken[number])[ROUNDS // 2] for number in (FEW, MANY))
    yield Figure(
        f"`amlops plan` of one deployment's change among {MANY} / among {FEW}",
        f"{many:.1f} s, {few:.1f} s, ratio {many / few:.2f}",
        "≤ 1.2",
        many / few <= 1.2,
    )


def _plan(clone: Clone) -> None:
    clone.run(".venv/bin/amlops plan --base main~1 --out plan")


def _clone(folder: Path, number: int) -> Clone:
    """So many deployments, each with a release that runs; the last commit offers the first of them another one."""
    clone = linked_clone(folder)
    repo = Repository(clone.path)
    first = unpublished(repo, PATTERN, clone.run("git rev-parse HEAD").strip(), ENVIRONMENT)
    for at in range(number):
        name = f"model{at:04d}"
        shutil.copytree(repo.deployment(PATTERN), repo.deployment(name))
        release = renamed(first, name)
        write_release(repo, ENVIRONMENT, release)
        write_stage(repo, name, ENVIRONMENT, Stage(release.id))
        if at == 0:
            another: Release = with_variables(release, {"ROUND": "two"})
    _commit(clone, "feat: deployments")
    write_release(repo, ENVIRONMENT, another)
    write_stage(repo, another.deployment, ENVIRONMENT, Stage(renamed(first, another.deployment).id, another.id))
    _commit(clone, "feat: another release")
    return clone


def _commit(clone: Clone, message: str) -> None:
    clone.run(f"git add -A && git -c user.name=t -c user.email=t@example.invalid commit -qm '{message}'")
