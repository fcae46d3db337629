"""The shape of a rule: resources of some kinds, with the rest of their stack → violations. Pure."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from amlops.config import Environment
from amlops.config.policy import Severity

from .resource import UNKNOWN, Resource
from .settings import Settings


@dataclass(frozen=True, slots=True)
class Violation:
    """`said` is the message without the place and the rule: what is wrong; what is allowed; what to do."""

    said: str


@dataclass(frozen=True, slots=True)
class Declared:
    """All that one stack declares, the environment it is in, and what policy.yaml allows there."""

    environment: Environment
    settings: Settings
    resources: Sequence[Resource]

    def of(self, kind: str) -> Iterator[Resource]:
        return (resource for resource in self.resources if resource.kind == kind)

    @property
    def file(self) -> str:
        """The environment's file, as messages name it."""
        return f"environments/{self.environment.name}.yaml"


class Rule(ABC):
    """One rule, in a file of its own name. Its module's docstring has the parts `Rule:`, `Why:` and `Source:`."""

    id: ClassVar[str]
    kinds: ClassVar[tuple[str, ...]]
    """Kinds of resources that it looks at; none: all of Azure's."""
    severity: ClassVar[Severity] = "error"
    """Where policy.yaml doesn't say. Rules are strict: an environment that nobody wrote about is held to them."""

    @abstractmethod
    def check(self, resource: Resource, declared: Declared) -> Iterator[Violation]: ...

    def looks_at(self, resource: Resource) -> bool:
        if not self.kinds:
            return resource.type.startswith("azure-native:")
        return resource.kind in self.kinds


def invalid(path: str, value: object, allowed: str, todo: str) -> Iterator[Violation]:
    """`value` is not what `path` may be. A value that is known only later is not judged yet."""
    if value == UNKNOWN:
        return
    shown = "nothing" if value is None else f'"{str(value).lower() if isinstance(value, bool) else value}"'
    yield Violation(f"{shown} is invalid as {path}; {allowed}; {todo}")


def missing(what: str, allowed: str, todo: str) -> Iterator[Violation]:
    """Something that isn't there."""
    yield Violation(f"{what} is missing; {allowed}; {todo}")
