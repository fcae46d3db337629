"""Exceptions in git: which finding is let pass where, why, who answers for it, and until when."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from amlops.config import (
    Document,
    Environment,
    Problem,
    Repository,
    load_environment,
    read_document,
)
from amlops.config.about_rules import RESERVED_DEPLOYMENTS
from amlops.config.checked import checked
from amlops.config.policy import ExceptionsFile, Exemption

from .catalogue import all_rules
from .resource import Resource

SCHEMA = "schemas/exceptions.json"


@dataclass(frozen=True, slots=True)
class Exempt:
    """An exception with its place in git."""

    name: str
    place: str
    said: Exemption

    def covers(self, rule: str, resource: Resource) -> bool:
        said = self.said
        return (said.rule, said.stack) == (rule, resource.stack) and said.resource in (None, resource.name)

    def __str__(self) -> str:
        return f"{self.name}, until {self.said.expires}, {self.said.owner}: {self.said.reason}"


def load_exceptions(repo: Repository) -> tuple[Exempt, ...]:
    """Every exception, expired ones too; none where there is no file. Raises ConfigError."""
    path = repo.environments / "exceptions.yaml"
    if not path.is_file():
        return ()
    document = read_document(path, root=repo.root)

    def rules(file: ExceptionsFile) -> Iterator[Problem]:
        for name, said in file.exceptions.items():
            yield from _problems(document, name, said, repo)

    file = checked(document, SCHEMA, ExceptionsFile, rules)
    return tuple(
        Exempt(name, f"{document.shown.as_posix()}:{document.line(('exceptions', name))}", said)
        for name, said in file.exceptions.items()
    )


def unknown_rule(document: Document, loc: tuple[int | str, ...], name: str) -> Problem:
    known = [rule.id for rule in all_rules()]
    close = difflib.get_close_matches(name, known, n=1)
    todo = f'did you mean "{close[0]}"?' if close else "choose one of docs/reference/policy.md"
    return document.problem(loc, f'"{name}" is no rule of the policy; {todo}', "known-policy-rule")


def _problems(document: Document, name: str, said: Exemption, repo: Repository) -> Iterator[Problem]:
    loc = ("exceptions", name)
    if said.rule not in {rule.id for rule in all_rules()}:
        yield unknown_rule(document, (*loc, "rule"), said.rule)
    stack, _, part = said.stack.partition(".")
    if stack not in repo.environment_names():
        known = ", ".join(repo.environment_names())
        message = f'"{said.stack}" is no stack; its first word is one of {known}; correct it'
        yield document.problem((*loc, "stack"), message, "exception-stack")
        return
    if part and part not in {*repo.deployment_names(), *RESERVED_DEPLOYMENTS}:
        known = ", ".join(repo.deployment_names()) or "none yet"
        message = f'"{said.stack}" is no stack; available deployments are {known}; correct it, or remove the exception'
        yield document.problem((*loc, "stack"), message, "exception-stack")
    teams = _teams(load_environment(repo, stack))
    if said.owner not in teams:
        message = f'"{said.owner}" is invalid as owner; available teams of {stack} are {", ".join(teams)}; name one'
        yield document.problem((*loc, "owner"), message, "exception-owner")


def _teams(environment: Environment) -> list[str]:
    platform = environment.settings.platform
    return sorted({environment.settings.owner, *(platform.teams if platform else ())})
