"""In which order stacks are applied: registry, then environment after environment, platform before deployments.

Only what concerns everybody waits for the environment before: a change of the programs reaches staging when dev has
it. A release of one deployment waits for its own platform and for nothing else. What a person has to let in comes in
waves of its own, so that nothing else waits for that person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from amlops.config import Environment, Names, Repository, load_about
from amlops.config.names import PLATFORM
from amlops.github import MATRIX_JOBS

from .declared import Declared
from .names import StackName, platform_stack, registry_stack
from .touched import Reason, Touched


@dataclass(frozen=True, slots=True)
class Waves:
    """`waves` may be run one after the other, the stacks of each side by side. `held` are stacks that wait for one that
    is not to be applied now, with its name."""

    waves: tuple[tuple[StackName, ...], ...]
    held: Mapping[StackName, str]


def waves(
    touched: Touched,
    declared: Declared,
    *,
    without: Collection[str] = (),
    asked: Collection[str] = (),
    most: int = MATRIX_JOBS,
) -> Waves:
    """The order. Stacks of `without` (that failed just now, say) are left out, and what waits for them is held.

    So are those of `asked`, whose reviewer is asked by another run; but a deployment whose stage moves goes on, on its
    platform as it is there already, where that waits for a person or failed: a way back must not wait for that.
    """
    out = {*without, *asked}
    levels: dict[StackName, int] = {}
    held: dict[StackName, str] = {}
    everybody, holder = 0, ""  # the first level after the environments before, and what keeps it from coming
    shared = {stack for stack, why in touched.stacks.items() if any(reason.scope == "programs" for reason in why)}
    for name, environment in declared.environments.items():
        before, blocker = everybody, holder
        for stack in (stack for stack in touched.stacks if stack.environment == name):
            level, waits = (before, blocker) if stack in shared else (0, "")
            for foundation in _stands_on(stack, environment):
                late = foundation.text in out or foundation in held
                late = late or (foundation in levels and _reviewed(foundation, declared))
                alone = stack not in shared or foundation.text in asked
                if late and alone and _goes_on(stack, touched.stacks[stack]):
                    continue
                if foundation in levels:
                    level = max(level, levels[foundation] + 1)
                if foundation in held or foundation.text in out:
                    waits = waits or foundation.text
            if waits and stack.text not in out:
                held[stack] = waits
            levels[stack] = level
            if stack in shared:
                everybody = max(everybody, level + 1)
                if stack.text in out or stack in held:
                    holder = holder or stack.text
    runs = [stack for stack in touched.stacks if stack not in held and stack.text not in out]
    found: list[tuple[StackName, ...]] = []
    for key in sorted({(levels[stack], _reviewed(stack, declared)) for stack in runs}):
        wave = [stack for stack in runs if (levels[stack], _reviewed(stack, declared)) == key]
        found.extend(tuple(wave[at : at + most]) for at in range(0, len(wave), most))
    return Waves(tuple(found), held)


def _reviewed(stack: StackName, declared: Declared) -> bool:
    """Whether a person lets each apply in: `amlops doctor github` asks for reviewers of platforms that are kept from
    deletion."""
    return stack.deployment is None and declared.environments[stack.environment].settings.deletion.protect


def _goes_on(stack: StackName, why: Iterable[Reason]) -> bool:
    """Whether a deployment is told by its own stage to run something else; one that was never applied has only that as
    its reason, and waits."""
    own = f"deployments/{stack.deployment}/stages/{stack.environment}.yaml"
    return any(reason.path == own for reason in why)


def matrix(repo: Repository, wave: Sequence[StackName], declared: Declared) -> dict[str, list[dict[str, object]]]:
    """A wave as GitHub's matrix. Raises ConfigError."""
    return {"include": [_entry(repo, stack, declared.environments[stack.environment]) for stack in wave]}


def realms(
    repo: Repository, stacks: Iterable[StackName], declared: Declared, day: date, *, most: int = MATRIX_JOBS
) -> dict[str, list[dict[str, object]]]:
    """Who keeps these stacks, as GitHub's matrix: an entry for each GitHub environment. Where there are more than it
    takes, those whose turn it is that day; the rest follow on the days after. Raises ConfigError."""
    found: dict[str, dict[str, object]] = {}
    for stack in stacks:
        environment = declared.environments[stack.environment]
        name = github_environment(repo, environment, stack)
        runner = environment.settings.runner
        found.setdefault(name, {"github_environment": name, "environment": stack.environment, "runner": runner})
    entries = list(found.values())
    if len(entries) > most:
        first = day.toordinal() * most % len(entries)
        entries = (entries[first:] + entries[:first])[:most]
    return {"include": entries}


def github_environment(repo: Repository, environment: Environment, stack: StackName) -> str:
    """The GitHub environment whose identity may apply the stack. Raises ConfigError."""
    return Names(environment).realm(PLATFORM if stack.deployment is None else load_about(repo, stack.deployment).team)


def _entry(repo: Repository, stack: StackName, environment: Environment) -> dict[str, object]:
    return {
        "stack": stack.text,
        "environment": stack.environment,
        "github_environment": github_environment(repo, environment, stack),
        "runner": environment.settings.runner,
    }


def _stands_on(stack: StackName, environment: Environment) -> tuple[StackName, ...]:
    """The stacks that must be there before this one."""
    if stack.kind == "registry":
        return ()
    foundation = registry_stack(environment.shares) if stack.kind == "platform" else platform_stack(environment)
    return () if foundation is None else (foundation,)
