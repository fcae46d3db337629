"""Which stacks git declares, found by names of files only: reading every deployment would take seconds at a thousand.

A deployment without a stage file in an environment declares nothing there, so it has no stack there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from amlops.config import LOCAL, Environment, Repository, load_environment
from amlops.config.promotion_loader import load_promotion
from amlops.releases import load_stage

from .names import StackName, platform_stack, registry_stack


@dataclass(frozen=True)
class Declared:
    """The work tree. The local environment is left out: each machine has its own, and nobody else applies it."""

    repo: Repository

    @cached_property
    def environments(self) -> Mapping[str, Environment]:
        """In wave order: what only holds a registry, then by promotion.yaml, then the others. Raises ConfigError."""
        found = {name: load_environment(self.repo, name) for name in self.repo.environment_names() if name != LOCAL}
        order = load_promotion(self.repo).order

        def rank(name: str) -> tuple[bool, int, str]:
            return found[name].settings.platform is not None, order.index(name) if name in order else len(order), name

        return {name: found[name] for name in sorted(found, key=rank)}

    @cached_property
    def deployments(self) -> frozenset[str]:
        return frozenset(self.repo.deployment_names())

    @cached_property
    def stages(self) -> Mapping[str, tuple[str, ...]]:
        """Deployments by environment, as far as they have a stage file there."""
        found: dict[str, list[str]] = {name: [] for name in self.environments}
        for file in sorted(self.repo.deployments.glob("*/stages/*.yaml")):
            if file.stem in found and file.parts[-3] in self.deployments:
                found[file.stem].append(file.parts[-3])
        return {name: tuple(deployments) for name, deployments in found.items()}

    @cached_property
    def stacks(self) -> tuple[StackName, ...]:
        """All of them in wave order: registry, platform, deployments, environment after environment."""
        return tuple(stack for name in self.environments for stack in self.of(name))

    @cached_property
    def rank(self) -> Mapping[StackName, int]:
        """The place of each stack in wave order."""
        return {stack: at for at, stack in enumerate(self.stacks)}

    def of(self, environment: str) -> tuple[StackName, ...]:
        """The stacks of an environment, registry and platform first."""
        return (*self.foundations(environment), *(self.stack(d, environment) for d in self.stages[environment]))

    def foundations(self, environment: str) -> tuple[StackName, ...]:
        """The stacks of an environment that are no deployment's."""
        found = self.environments[environment]
        return tuple(stack for stack in (registry_stack(found), platform_stack(found)) if stack is not None)

    def platforms(self, *, registry_of: str | None = None) -> tuple[StackName, ...]:
        """Those of all environments, or of those that read the registry of one."""
        found = self.environments.values()
        chosen = (item for item in found if registry_of is None or item.shares.name == registry_of)
        return tuple(stack for stack in map(platform_stack, chosen) if stack is not None)

    def stack(self, deployment: str, environment: str) -> StackName:
        return StackName(f"{environment}.{deployment}", environment, "deployment", deployment)

    def runs(self, deployment: str, environment: str, release: str) -> bool:
        """Whether a stage names a release as one that runs. Raises ConfigError."""
        return release in load_stage(self.repo, deployment, environment).running

    def find(self, text: str) -> StackName | None:
        """The stack of this name, None where no file in git stands behind it (any more)."""
        environment, _, part = text.partition(".")
        if environment not in self.environments:
            return None
        for stack in self.foundations(environment):
            if stack.text == text:
                return stack
        return self.stack(part, environment) if part in self.deployments else None
