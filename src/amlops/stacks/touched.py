"""Which stacks a change of files touches, and why: one rule a kind of path."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from amlops.config.repository import LOCAL, NO_ENVIRONMENTS

from .declared import Declared
from .names import StackName

Scope = Literal["programs", "environment", "deployment"]

_PROGRAMS = ("infra/", "src/amlops/config/", "src/amlops/releases/")
_PROGRAM_FILES = frozenset({"Pulumi.yaml", "requirements.lock"})


@dataclass(frozen=True, slots=True)
class Reason:
    """`scope` says whom a change of this kind concerns: whoever runs the programs, an environment, or a deployment."""

    path: str
    why: str
    scope: Scope = "deployment"

    def __str__(self) -> str:
        return f"{self.path}: {self.why}"


@dataclass(frozen=True, slots=True)
class Touched:
    """`stacks` in wave order. `rehearse` are deployments whose change reaches no stack before a release carries it.
    `gone` are stacks that no file stands behind any more, while their resources may be there; `nothing` the rest."""

    stacks: Mapping[StackName, tuple[Reason, ...]]
    rehearse: Mapping[str, tuple[Reason, ...]]
    gone: Mapping[str, tuple[Reason, ...]]
    nothing: tuple[Reason, ...]


Place = StackName | str | None
"""What a reason is about: a stack; `rehearse:` or `gone:` with a name; None for nothing."""


def touched(paths: Iterable[str], declared: Declared, among: Sequence[StackName] | None = None) -> Touched:
    """What a change of these paths reaches. Paths are relative to the clone, with slashes. Raises ConfigError.

    `among` are the stacks of which it has to be known what concerns everybody; None: all of them.
    """
    everybody = declared.stacks if among is None else among
    stacks: dict[StackName, list[Reason]] = {}
    named: dict[str, dict[str, list[Reason]]] = {"rehearse": {}, "gone": {}}
    nothing: list[Reason] = []
    for path in paths:
        for place, reason in _reached(path, declared, everybody):
            if isinstance(place, StackName):
                stacks.setdefault(place, []).append(reason)
            elif place is None:
                nothing.append(reason)
            else:
                kind, _, name = place.partition(":")
                named[kind].setdefault(name, []).append(reason)
    ranked = sorted(stacks, key=lambda stack: (declared.rank.get(stack, len(declared.rank)), stack.text))
    return Touched(
        {stack: tuple(stacks[stack]) for stack in ranked},
        {name: tuple(found) for name, found in sorted(named["rehearse"].items())},
        {name: tuple(found) for name, found in sorted(named["gone"].items())},
        tuple(nothing),
    )


def _reached(path: str, declared: Declared, everybody: Sequence[StackName]) -> Iterator[tuple[Place, Reason]]:
    parts = path.split("/")
    if path.startswith(_PROGRAMS) or path in _PROGRAM_FILES:
        reason = Reason(path, "every stack runs by it", "programs")
        yield from ((stack, reason) for stack in everybody)
    elif parts[0] == "environments" and len(parts) == 2 and path.endswith(".yaml"):
        yield from _environment(path, parts[1].removesuffix(".yaml"), declared)
    elif parts[0] == "deployments" and len(parts) > 2:
        yield from _deployment(path, parts[1], parts[2:], declared)
    else:
        yield None, Reason(path, "declares nothing")


def _environment(path: str, name: str, declared: Declared) -> Iterator[tuple[Place, Reason]]:
    if name == LOCAL:
        yield None, Reason(path, "is for `amlops up local` on each machine", "environment")
    elif name in NO_ENVIRONMENTS:
        yield None, Reason(path, "says what may change, and changes nothing itself", "environment")
    elif name not in declared.environments:
        reason = Reason(path, "the environment is gone from git", "environment")
        yield f"gone:{name}", reason
    else:
        own = Reason(path, "says what the environment is", "environment")
        yield from ((stack, own) for stack in declared.of(name))
        readers = Reason(path, f"its platform may use the registry of {name}", "environment")
        if declared.environments[name].settings.registry is not None:
            for stack in declared.platforms(registry_of=name):
                if stack.environment != name:
                    yield stack, readers


def _deployment(path: str, name: str, rest: list[str], declared: Declared) -> Iterator[tuple[Place, Reason]]:
    there = name in declared.deployments
    if rest[0] == "stages" and len(rest) == 2:
        yield from _stage(path, name, rest[1].removesuffix(".yaml"), declared)
    elif not there:
        yield None, Reason(path, f"the deployment {name} has no about.yaml")
    elif rest == ["about.yaml"]:
        own = Reason(path, "says whose deployment it is and how it runs")
        for environment in declared.environments:
            if name in declared.stages[environment]:
                yield declared.stack(name, environment), own
        roles = Reason(path, "the platform gives the deployment's team its rights")
        yield from ((stack, roles) for stack in declared.platforms())
    elif rest[0] == "releases" and len(rest) == 2:
        release = rest[1].removesuffix(".yaml")
        running = [e for e in declared.environments if name in declared.stages[e] and declared.runs(name, e, release)]
        for environment in running:
            yield declared.stack(name, environment), Reason(path, f"the stage of {environment} names this release")
        if not running:
            yield None, Reason(path, "no stage names this release")
    elif rest[0] == "tests" or path.endswith(".md"):
        yield None, Reason(path, "enters no release")
    else:
        yield f"rehearse:{name}", Reason(path, "a release will carry it")


def _stage(path: str, name: str, environment: str, declared: Declared) -> Iterator[tuple[Place, Reason]]:
    if environment not in declared.environments:
        yield None, Reason(path, f"there is no environment {environment}")
    elif name not in declared.deployments:
        yield f"gone:{environment}.{name}", Reason(path, "the deployment is gone from git")
    else:
        yield declared.stack(name, environment), Reason(path, f"says which releases run in {environment}")
