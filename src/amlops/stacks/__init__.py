"""Drives Pulumi's engine on stacks, and heals what an interrupted run left. It knows no manifests and no rollout."""

from __future__ import annotations

from .engine import Engine, Result, StackFailed
from .lock import hold
from .names import StackName, deployment_stacks, parse_stack, platform_stack, registry_stack
from .state import SECRETS, StackVariables, StateContainer, realm_of
from .variables import named_backend, state_variables, variables

__all__ = [
    "SECRETS",
    "Engine",
    "Result",
    "StackFailed",
    "StackName",
    "StackVariables",
    "StateContainer",
    "deployment_stacks",
    "hold",
    "named_backend",
    "parse_stack",
    "platform_stack",
    "realm_of",
    "registry_stack",
    "state_variables",
    "variables",
]
