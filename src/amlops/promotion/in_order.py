"""Whether a deployment can be promoted as the work tree has it: what `read_lines` would refuse once it is on main."""

from __future__ import annotations

from collections.abc import Iterator

from amlops.config import LOCAL, ConfigError, Problem, Repository, load_about, read_document
from amlops.config.gate_rules import environments_are_in_order
from amlops.releases import load_release, stage_of


def about_problems(repo: Repository, deployment: str, order: tuple[str, ...]) -> Iterator[Problem]:
    """What is wrong with a deployment's about file. `order` is promotion.yaml's; () where that can't be read."""
    try:
        about = load_about(repo, deployment)
    except ConfigError as error:
        yield from error.problems
        return
    document = read_document(repo.about_file(deployment), root=repo.root)
    yield from environments_are_in_order(document, about, order)


def stage_problems(repo: Repository, deployment: str, environment: str) -> Iterator[Problem]:
    """What is wrong with a stage in git, and with the releases that run by it or come next."""
    path = repo.deployment(deployment) / "stages" / f"{environment}.yaml"
    try:
        stage = stage_of(read_document(path, root=repo.root))
    except ConfigError as error:
        yield from error.problems
        return
    if environment == LOCAL:  # its releases lie outside what git tracks
        return
    for id in (*stage.running, *([stage.next] if stage.next else [])):
        try:
            load_release(repo, deployment, environment, id)
        except ConfigError as error:
            yield from error.problems


def stages_in_git(repo: Repository, deployment: str) -> tuple[str, ...]:
    """The environments for which a deployment has a stage file, sorted."""
    return tuple(sorted(file.stem for file in (repo.deployment(deployment) / "stages").glob("*.yaml")))
