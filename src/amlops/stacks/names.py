"""Which stacks there are, by name: `shared`, `<env>.shared`, `<env>` and `<env>.<deployment>`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from amlops.config import ConfigError, Environment, Problem, Repository, load_about, load_abouts, load_environment

Kind = Literal["registry", "platform", "deployment"]


@dataclass(frozen=True, slots=True)
class StackName:
    """`deployment` is the deployment's name, for stacks of that kind."""

    text: str
    environment: str
    kind: Kind
    deployment: str | None = None

    def __str__(self) -> str:
        return self.text


def parse_stack(repo: Repository, text: str) -> tuple[StackName, Environment]:
    """The stack and its environment. Raises ConfigError for a name that no file in git stands behind."""
    name, _, part = text.partition(".")
    environment = load_environment(repo, name)
    if part == "shared" or (not part and environment.settings.platform is None):
        if environment.settings.registry is None:
            home = environment.shares.name
            message = f'there is no stack "{text}": {name} brings no registry, it reads that of "{home}"; use "{home}"'
            raise ConfigError([Problem(repo.shown(repo.environment_file(name)), 1, message, "known-stack")])
        return StackName(text, name, "registry"), environment
    if not part:
        return StackName(text, name, "platform"), environment
    about = load_about(repo, part)
    if name not in about.environments:
        message = f'"{part}" does not run in "{name}"; available are {", ".join(about.environments)}; add it there'
        raise ConfigError([Problem(repo.shown(repo.about_file(part)), 1, message, "known-stack")])
    return StackName(text, name, "deployment", part), environment


def registry_stack(environment: Environment) -> StackName | None:
    """The stack of the registry that an environment brings itself."""
    if environment.settings.registry is None:
        return None
    text = environment.name if environment.settings.platform is None else f"{environment.name}.shared"
    return StackName(text, environment.name, "registry")


def platform_stack(environment: Environment) -> StackName | None:
    if environment.settings.platform is None:
        return None
    return StackName(environment.name, environment.name, "platform")


def deployment_stacks(repo: Repository, environment: Environment) -> tuple[StackName, ...]:
    """Those of all deployments that may run in the environment. Raises ConfigError with the problems of all."""
    return tuple(
        StackName(f"{environment.name}.{name}", environment.name, "deployment", name)
        for name, about in load_abouts(repo).items()
        if environment.name in about.environments
    )
