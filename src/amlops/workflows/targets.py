"""What a command's STACK argument means: one stack, or an environment with all its stacks in order."""

from __future__ import annotations

from amlops.config import Environment, Repository, load_environment
from amlops.stacks import StackName, deployment_stacks, parse_stack, platform_stack, registry_stack


def stacks_of(repo: Repository, text: str) -> tuple[Environment, tuple[StackName, ...]]:
    """The environment, and its stacks in the order in which they are brought up. Raises ConfigError."""
    if "." in text:
        stack, environment = parse_stack(repo, text)
        return environment, (stack,)
    environment = load_environment(repo, text)
    platform = platform_stack(environment)
    deployments = deployment_stacks(repo, environment) if platform else ()
    found = (registry_stack(environment), platform, *deployments)
    return environment, tuple(stack for stack in found if stack is not None)
