"""Reads deployments, their stages and releases as they stand at a commit: a few processes of git for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from amlops.config import About, ConfigError, Document, Problem, Repository, parse
from amlops.config.document import document_of
from amlops.config.gate_rules import environments_are_in_order
from amlops.git import Git
from amlops.releases import Release, Stage, release_of, stage_of

from .in_order import next_enters_first
from .line import Broken, Line

FOLDER = "deployments"


def read_lines(
    repo: Repository, git: Git, commit: str, order: tuple[str, ...], only: str | None = None
) -> tuple[Line | Broken, ...]:
    """Every deployment, or the one asked for, sorted by name. What can't be read is Broken, with file and line.

    What about.yaml names besides (manifests, data) is not looked at: plan and release do that.
    """
    under = f"{FOLDER}/{only}" if only else FOLDER
    wanted = [path for path in git.files(commit, under) if path.endswith("/about.yaml") or "/stages/" in path]
    texts = git.texts(commit, [path for path in wanted if path.endswith(".yaml")])
    by_name: dict[str, dict[str, str]] = {}
    for path, text in texts.items():
        by_name.setdefault(path.split("/")[1], {})[path] = text
    found = [
        _line(repo, name, files, order) for name, files in by_name.items() if f"{FOLDER}/{name}/about.yaml" in files
    ]
    return tuple(sorted(found, key=lambda line: line.deployment))


def _line(repo: Repository, name: str, files: Mapping[str, str], order: tuple[str, ...]) -> Line | Broken:
    root = repo.root
    try:
        about_path = f"{FOLDER}/{name}/about.yaml"
        about = _about(document_of(files[about_path], root / about_path, root=root), order)
        stages: dict[str, Stage] = {}
        problems: list[Problem] = []
        for path, text in files.items():
            if path != about_path and path.count("/") == 3:
                document = document_of(text, root / path, root=root)
                stages[Path(path).stem] = stage = stage_of(document)
                problems += next_enters_first(document, stage, about, order)
    except ConfigError as error:
        return Broken(name, error.problems)
    if problems:
        return Broken(name, tuple(problems))
    return Line(name, about, stages)


def _about(document: Document, order: tuple[str, ...]) -> About:
    about = parse(document, About)
    problems = list(environments_are_in_order(document, about, order))
    if problems:
        raise ConfigError(problems)
    return about


def read_releases(
    repo: Repository, git: Git, commit: str, wanted: Iterable[tuple[str, str]]
) -> Mapping[tuple[str, str], Release]:
    """Releases by (deployment, id); those that have no file, or one that can't be read, are left out."""
    paths = {f"{FOLDER}/{name}/releases/{id}.yaml": (name, id) for name, id in wanted}
    return dict(_releases(repo, paths, git.texts(commit, paths)))


def _releases(
    repo: Repository, paths: Mapping[str, tuple[str, str]], texts: Mapping[str, str]
) -> Iterator[tuple[tuple[str, str], Release]]:
    for path, text in texts.items():
        name, id = paths[path]
        try:
            release = release_of(document_of(text, repo.root / path, root=repo.root), name)
        except ConfigError:
            continue
        if release.id == id:
            yield (name, id), release
