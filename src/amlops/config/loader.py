"""Reads environments and about files; every problem of a file is reported at once."""

from __future__ import annotations

from .about import About
from .closed import parse
from .document import read_document
from .environment import Environment, EnvironmentFile
from .gate_rules import EVALUATION_FILE_RULES, GATE_RULES
from .problems import ConfigError, Problem
from .repository import Repository
from .rules import ABOUT_FILE_RULES, ABOUT_RULES, ENVIRONMENT_RULES, schema_line

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
    found = list(schema_line(document, ENVIRONMENT_SCHEMA))
    try:
        file = parse(document, EnvironmentFile)
    except ConfigError as error:
        raise ConfigError([*found, *error.problems]) from None
    for rule in ENVIRONMENT_RULES:
        found.extend(rule(document, file))
    home = None
    other = file.platform.registry_of if file.platform else None
    if other is not None and file.registry is None:
        if other == name or not repo.environment_file(other).is_file():
            message = (
                f'"{other}" is invalid as platform.registry_of; there is no other environment of that name; fix it'
            )
            found.append(document.problem(("platform", "registry_of"), message, "registry-home"))
        else:
            home = load_environment(repo, other)
            if home.settings.registry is None:
                message = f'"{other}" is invalid as platform.registry_of; it brings no registry; name one that does'
                found.append(document.problem(("platform", "registry_of"), message, "registry-home"))
    if found:
        raise ConfigError(found)
    return Environment(name, file, home)


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
    found = list(schema_line(document, ABOUT_SCHEMA))
    try:
        about = parse(document, About)
    except ConfigError as error:
        raise ConfigError([*found, *error.problems]) from None
    asked = (*(ABOUT_FILE_RULES if manifests else ()), *(EVALUATION_FILE_RULES if data else ()))
    for rule in (*ABOUT_RULES, *GATE_RULES, *asked):
        found.extend(rule(document, about, repo))
    if found:
        raise ConfigError(found)
    return about


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
