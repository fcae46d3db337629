"""Whether a deployment can be promoted as the work tree has it: what `read_lines` would refuse once it is on main."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from amlops.config import LOCAL, About, ConfigError, Document, Problem, Repository, load_about, read_document
from amlops.config.gate_rules import environments_are_in_order
from amlops.releases import Stage, load_release, stage_of


def next_enters_first(document: Document, stage: Stage, about: About, order: tuple[str, ...]) -> Iterator[Problem]:
    """Releases come from outside into the deployment's first environment alone: a next one elsewhere never comes in."""
    first = next((name for name in order if name in about.environments), None)
    if stage.next is not None and first is not None and document.path.stem != first:
        message = (
            f"only {first}, the first environment, has a next release; take it out, or name it as the candidate "
            "where nothing is being rolled out"
        )
        yield document.problem(("next",), message, "next-stage")


def about_problems(repo: Repository, deployment: str, order: tuple[str, ...]) -> Iterator[Problem]:
    """What is wrong with a deployment's about file. `order` is promotion.yaml's; () where that can't be read."""
    try:
        about = load_about(repo, deployment)
    except ConfigError as error:
        yield from error.problems
        return
    document = read_document(repo.about_file(deployment), root=repo.root)
    yield from environments_are_in_order(document, about, order)


def stage_problems(repo: Repository, deployment: str, environment: str, order: tuple[str, ...]) -> Iterator[Problem]:
    """What is wrong with a stage in git, and with the releases that run by it or come next; `order` as above."""
    path = repo.deployment(deployment) / "stages" / f"{environment}.yaml"
    try:
        document = read_document(path, root=repo.root)
        stage = stage_of(document)
    except ConfigError as error:
        yield from error.problems
        return
    with suppress(ConfigError):  # an about file that can't be read is told where it is asked for
        yield from next_enters_first(document, stage, load_about(repo, deployment), order)
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
