"""Drives Pulumi's engine on stacks, and heals what an interrupted run left. It knows no manifests and no rollout."""

from __future__ import annotations

from .engine import Engine, Result, StackFailed
from .lock import hold
from .names import StackName, deployment_stacks, parse_stack, platform_stack, registry_stack
from .variables import state_variables, variables

__all__ = [
    "Engine",
    "Result",
    "StackFailed",
    "StackName",
    "deployment_stacks",
    "hold",
    "parse_stack",
    "platform_stack",
    "registry_stack",
    "state_variables",
    "variables",
]
