"""In which order stacks are applied: registry, then environment after environment, platform before deployments.

Only what concerns everybody waits for the environment before: a change of the programs reaches staging when dev has
it. A release of one deployment waits for its own platform and for nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from amlops.config import Environment, Names, Repository, load_about
from amlops.config.names import PLATFORM
from amlops.releases import load_stage

from .declared import Declared
from .names import StackName, platform_stack, registry_stack
from .touched import Touched

MOST = 255
"""Jobs of one wave: GitHub's matrix takes 256."""


@dataclass(frozen=True, slots=True)
class Waves:
    """`waves` may be run one after the other, the stacks of each side by side. `held` are stacks that wait for one that
    is not to be applied now, with its name."""

    waves: tuple[tuple[StackName, ...], ...]
    held: Mapping[StackName, str]


def waves(touched: Touched, declared: Declared, *, without: Collection[str] = (), most: int = MOST) -> Waves:
    """The order. Stacks of `without` (that failed just now, say) are left out, and what waits for them is held."""
    levels: dict[StackName, int] = {}
    held: dict[StackName, str] = {}
    everybody, holder = 0, ""  # the first level after the environments before, and what keeps it from coming
    shared = {stack for stack, why in touched.stacks.items() if any(reason.scope == "programs" for reason in why)}
    for name, environment in declared.environments.items():
        before, blocker = everybody, holder
        for stack in (stack for stack in touched.stacks if stack.environment == name):
            level, waits = (before, blocker) if stack in shared else (0, "")
            for foundation in _stands_on(stack, environment):
                if foundation in levels:
                    level = max(level, levels[foundation] + 1)
                if foundation in held or foundation.text in without:
                    waits = waits or foundation.text
            if waits and stack.text not in without:
                held[stack] = waits
            levels[stack] = level
            if stack in shared:
                everybody = max(everybody, level + 1)
                if stack.text in without or stack in held:
                    holder = holder or stack.text
    runs = [stack for stack in touched.stacks if stack not in held and stack.text not in without]
    found: list[tuple[StackName, ...]] = []
    for level in sorted({levels[stack] for stack in runs}):
        wave = [stack for stack in runs if levels[stack] == level]
        found.extend(tuple(wave[at : at + most]) for at in range(0, len(wave), most))
    return Waves(tuple(found), held)


def matrix(repo: Repository, wave: Sequence[StackName], declared: Declared) -> dict[str, list[dict[str, object]]]:
    """A wave as GitHub's matrix. Raises ConfigError."""
    return {"include": [_entry(repo, stack, declared.environments[stack.environment]) for stack in wave]}


def realms(repo: Repository, stacks: Iterable[StackName], declared: Declared) -> dict[str, list[dict[str, object]]]:
    """Who keeps these stacks, as GitHub's matrix: an entry for each GitHub environment. Raises ConfigError."""
    found: dict[str, dict[str, object]] = {}
    for stack in stacks:
        environment = declared.environments[stack.environment]
        name = github_environment(repo, environment, stack)
        runner = environment.settings.runner
        found.setdefault(name, {"github_environment": name, "environment": stack.environment, "runner": runner})
    return {"include": list(found.values())}


def github_environment(repo: Repository, environment: Environment, stack: StackName) -> str:
    """The GitHub environment whose identity may apply the stack. Raises ConfigError."""
    return Names(environment).realm(PLATFORM if stack.deployment is None else load_about(repo, stack.deployment).team)


def _entry(repo: Repository, stack: StackName, environment: Environment) -> dict[str, object]:
    candidate = stack.deployment and load_stage(repo, stack.deployment, stack.environment).candidate
    return {
        "stack": stack.text,
        "environment": stack.environment,
        "github_environment": github_environment(repo, environment, stack),
        "runner": environment.settings.runner,
        "candidate": candidate is not None,
    }


def _stands_on(stack: StackName, environment: Environment) -> tuple[StackName, ...]:
    """The stacks that must be there before this one."""
    if stack.kind == "registry":
        return ()
    foundation = registry_stack(environment.shares) if stack.kind == "platform" else platform_stack(environment)
    return () if foundation is None else (foundation,)
