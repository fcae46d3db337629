"""Reads releases and stages. People edit stages by hand, so every problem says where it is and what to do."""

from __future__ import annotations

from collections.abc import Iterator

from amlops.config import ConfigError, Document, Problem, Repository, parse, read_document

from .identity import release_id
from .release import Asset, Provenance, Release
from .schema import ReleaseFile, StageFile
from .stage import Stage


def release_ids(repo: Repository, deployment: str, environment: str) -> tuple[str, ...]:
    """The ids of all releases that have a file, sorted."""
    return tuple(sorted(file.stem for file in repo.releases_dir(deployment, environment).glob("*.yaml")))


def load_release(repo: Repository, deployment: str, environment: str, id: str) -> Release:
    """The release `id`. Raises ConfigError: no such release, a key or value that doesn't hold, an edited release."""
    path = repo.releases_dir(deployment, environment) / f"{id}.yaml"
    if not path.is_file():
        known = ", ".join(release_ids(repo, deployment, environment)) or "none yet"
        message = (
            f'there is no release "{id}" of {deployment}; available releases are {known}; '
            f"name one of them in the stage or run `amlops release {deployment}`"
        )
        raise ConfigError([Problem(repo.shown(path), 1, message, "known-release")])
    return release_of(read_document(path, root=repo.root), deployment)


def release_of(document: Document, deployment: str) -> Release:
    """The release in a file of `deployment`. Raises ConfigError: a key or value that doesn't hold, an edited file."""
    file = parse(document, ReleaseFile)
    release = Release(
        id=str(file.id),
        deployment=str(file.deployment),
        created=str(file.created),
        endpoint=file.endpoint,
        deployment_body=file.deployment_body,
        assets=tuple(Asset(entry.kind, str(entry.id), str(entry.digest), str(entry.source)) for entry in file.assets),
        provenance=Provenance(
            commit=file.provenance.commit,
            dirty=file.provenance.dirty,
            job=file.provenance.job,
            compiler=file.provenance.compiler,
            manifests=file.provenance.manifests,
        ),
    )
    problems = list(_release_problems(document, release, deployment))
    if problems:
        raise ConfigError(problems)
    return release


def load_stage(repo: Repository, deployment: str, environment: str) -> Stage:
    """The stage of one environment; an empty one where there is no file yet. Raises ConfigError.

    Whether the releases it names exist is for `load_release` to say: a stage may outlive what it names.
    """
    path = repo.stage_file(deployment, environment)
    if not path.is_file():
        return Stage()
    return stage_of(read_document(path, root=repo.root))


def stage_of(document: Document) -> Stage:
    """The stage that a file says. Raises ConfigError."""
    problems = list(_unquoted(document))
    try:
        file = parse(document, StageFile)
    except ConfigError as error:
        said = {problem.line for problem in problems}
        raise ConfigError([*problems, *(item for item in error.problems if item.line not in said)]) from None
    roles = (_text(file.current), _text(file.candidate), _text(file.previous))
    stage = Stage(*roles, rejected=tuple(map(str, file.rejected)), next=_text(file.next))
    problems = list(_stage_problems(document, stage))
    if problems:
        raise ConfigError(problems)
    return stage


def _text(value: str | None) -> str | None:
    return None if value is None else str(value)


def _unquoted(document: Document) -> Iterator[Problem]:
    """An id of digits alone, or with one e among digits, is a number for YAML."""
    message = "a release's id without quotes is a number for YAML; put it in quotes"
    for key in ("current", "candidate", "previous", "next"):
        if isinstance(document.data.get(key), int | float):
            yield document.problem((key,), message, "release-quotes")
    rejected = document.data.get("rejected")
    for at, value in enumerate(rejected if isinstance(rejected, list) else ()):
        if isinstance(value, int | float):
            yield document.problem(("rejected", at), message, "release-quotes")


def _stage_problems(document: Document, stage: Stage) -> Iterator[Problem]:
    roles = {
        "current": stage.current,
        "candidate": stage.candidate,
        "previous": stage.previous,
        "next": stage.next,
    }
    seen: dict[str, str] = {}
    for role, id in roles.items():
        if id is None:
            continue
        if id in seen:
            message = f'"{id}" is both {seen[id]} and {role}; a release has one role, empty one of them'
            yield document.problem((role,), message, "one-role")
        seen.setdefault(id, role)
        if id in stage.rejected and role != "previous":
            message = (
                f'"{id}" is both {role} and rejected; a person who brings it back takes it out of "rejected", '
                f"anyone else takes it out of {role}"
            )
            yield document.problem((role,), message, "rejected-release")
    for role in ("candidate", "previous", "next"):
        if roles[role] is not None and stage.current is None:
            message = f'there is a {role} release but no current one; name the release that runs as "current"'
            yield document.problem((role,), message, "no-current")
    for at, id in enumerate(stage.rejected):
        if id in stage.rejected[:at]:
            message = f'"{id}" is rejected twice; take one out'
            yield document.problem(("rejected", at), message, "one-role")


def _release_problems(document: Document, release: Release, deployment: str) -> Iterator[Problem]:
    if release.deployment != deployment:
        message = f'"{release.deployment}" is invalid as deployment; the file lies with {deployment}; move it back'
        yield document.problem(("deployment",), message, "release-place")
    if release.id != document.path.stem:
        message = f'"{release.id}" is invalid as id; the file is named {document.path.stem}; undo the renaming'
        yield document.problem(("id",), message, "release-place")
    wanted = release_id(release.deployment, release.endpoint, release.deployment_body, release.assets)
    if release.id != wanted:
        message = (
            f"what the file says has the id {wanted}, so it was edited; a release never changes: "
            f"undo the edit, change the manifests and run `amlops release {deployment}`"
        )
        yield document.problem(("id",), message, "release-edited")
