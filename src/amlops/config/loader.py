"""Reads environments and about files; every problem of a file is reported at once."""

from __future__ import annotations

from collections.abc import Iterator

from .about import About
from .about_rules import ABOUT_FILE_RULES, ABOUT_RULES
from .checked import checked
from .document import Document, read_document
from .environment import Environment, EnvironmentFile
from .environment_rules import ENVIRONMENT_RULES
from .gate_rules import EVALUATION_FILE_RULES, GATE_RULES
from .problems import ConfigError, Problem
from .repository import Repository

ENVIRONMENT_SCHEMA = "schemas/environment.json"
ABOUT_SCHEMA = "../../environments/schemas/about.json"


def load_environment(repo: Repository, name: str) -> Environment:
    """The environment behind `environments/<name>.yaml`, with the one whose ML registry it reads.

    Raises ConfigError: no such file, a key, value or rule that doesn't hold, or a registry that isn't there.
    """
    path = repo.environment_file(name)
    if not path.is_file():
        known = ", ".join(repo.environment_names()) or "none yet"
        message = f'there is no environment "{name}"; available environments are {known}; name one or create the file'
        raise ConfigError([Problem(repo.shown(path), 1, message, "known-environment")])
    document = read_document(path, root=repo.root)

    def rules(file: EnvironmentFile) -> Iterator[Problem]:
        for rule in ENVIRONMENT_RULES:
            yield from rule(document, file)
        yield from _registry_home(repo, name, document, file)

    file = checked(document, ENVIRONMENT_SCHEMA, EnvironmentFile, rules)
    other = _other(file)
    return Environment(name, file, None if other is None else load_environment(repo, other))


def _other(file: EnvironmentFile) -> str | None:
    """The environment whose ML registry this one reads; None where it brings its own."""
    return file.platform.registry_of if file.platform and file.registry is None else None


def _registry_home(repo: Repository, name: str, document: Document, file: EnvironmentFile) -> Iterator[Problem]:
    other = _other(file)
    if other is None:
        return
    if other == name or not repo.environment_file(other).is_file():
        message = f'"{other}" is invalid as platform.registry_of; there is no other environment of that name; fix it'
    elif load_environment(repo, other).settings.registry is None:
        message = f'"{other}" is invalid as platform.registry_of; it brings no registry; name one that does'
    else:
        return
    yield document.problem(("platform", "registry_of"), message, "registry-home")


def load_about(repo: Repository, deployment: str, *, manifests: bool = False, data: bool = False) -> About:
    """What `deployments/<name>/about.yaml` says. Raises ConfigError, also where there is no such deployment.

    `manifests`: those that it names, and the sample request, must be there; `data`: the evaluation's must.
    """
    path = repo.about_file(deployment)
    if not path.is_file():
        known = ", ".join(repo.deployment_names()) or "none yet"
        message = (
            f'there is no deployment "{deployment}"; available deployments are {known}; name one or create the file'
        )
        raise ConfigError([Problem(repo.shown(path), 1, message, "known-deployment")])
    document = read_document(path, root=repo.root)
    asked = (*(ABOUT_FILE_RULES if manifests else ()), *(EVALUATION_FILE_RULES if data else ()))

    def rules(about: About) -> Iterator[Problem]:
        for rule in (*ABOUT_RULES, *GATE_RULES, *asked):
            yield from rule(document, about, repo)

    return checked(document, ABOUT_SCHEMA, About, rules)


def load_abouts(repo: Repository) -> dict[str, About]:
    """What the about files of all deployments say, by name. Raises ConfigError with the problems of all."""
    found: dict[str, About] = {}
    problems: list[Problem] = []
    for name in repo.deployment_names():
        try:
            found[name] = load_about(repo, name)
        except ConfigError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return found
