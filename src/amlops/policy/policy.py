"""The company's policy as git has it: `environments/policy.yaml` and `environments/exceptions.yaml`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from amlops.config import ConfigError, Document, Problem, Repository, read_document
from amlops.config.checked import checked
from amlops.config.policy import Held, PolicyFile

from .catalogue import all_rules
from .exceptions import Exempt, load_exceptions, unknown_rule

SCHEMA = "schemas/policy.json"


@dataclass(frozen=True, slots=True)
class Policy:
    """`today` (UTC) decides which exceptions have expired."""

    file: PolicyFile
    exceptions: tuple[Exempt, ...]
    today: date


def load_policy(repo: Repository, today: date) -> Policy:
    """Both files; one that isn't there says nothing. Raises ConfigError with the problems of both."""
    problems: list[Problem] = []
    file, exceptions = PolicyFile(), tuple[Exempt, ...]()
    try:
        file = _policy_file(repo)
    except ConfigError as error:
        problems.extend(error.problems)
    try:
        exceptions = load_exceptions(repo)
    except ConfigError as error:
        problems.extend(error.problems)
    if problems:
        raise ConfigError(problems)
    return Policy(file, exceptions, today)


def _policy_file(repo: Repository) -> PolicyFile:
    path = repo.environments / "policy.yaml"
    if not path.is_file():
        return PolicyFile()
    document = read_document(path, root=repo.root)

    def rules(file: PolicyFile) -> Iterator[Problem]:
        yield from _known_rules(document, file)
        yield from _known_environments(document, file, repo)

    return checked(document, SCHEMA, PolicyFile, rules)


def _known_rules(document: Document, file: PolicyFile) -> Iterator[Problem]:
    known = {rule.id for rule in all_rules()}
    places: dict[tuple[str, ...], Held] = {("everywhere",): file.everywhere}
    places |= {("environments", name): held for name, held in file.environments.items()}
    for place, held in places.items():
        for name in sorted(set(held.severities) - known):
            yield unknown_rule(document, (*place, "severities", name), name)


def _known_environments(document: Document, file: PolicyFile, repo: Repository) -> Iterator[Problem]:
    known = repo.environment_names()
    for name in sorted(set(file.environments) - set(known)):
        message = f'"{name}" is invalid as an environment; available values are {", ".join(known)}; choose one'
        yield document.problem(("environments", name), message, "known-environment")
