"""Arguments and options that several commands share, with their completion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from amlops.config import ConfigError, Repository

F = TypeVar("F", bound=Callable[..., Any])

json_option = click.option("--json", "as_json", is_flag=True, help="Give one JSON object on standard output.")
yes_option = click.option("--yes", is_flag=True, help="Do not ask.")

WAIT = 600.0
"""Seconds to wait for who holds a stack, unless told otherwise."""


def _environments(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in _names(stacks=False) if name.startswith(incomplete)]


def _stacks(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    return [name for name in _names(stacks=True) if name.startswith(incomplete)]


def _deployments(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    try:
        return [name for name in Repository.find().deployment_names() if name.startswith(incomplete)]
    except ConfigError:
        return []


def _names(*, stacks: bool) -> list[str]:
    try:
        repo = Repository.find()
    except ConfigError:
        return []
    environments = repo.environment_names()
    parts = ("shared", *repo.deployment_names()) if stacks else ()
    return [*environments, *(f"{name}.{part}" for name in environments for part in parts)]


stack_argument = click.argument("stack", metavar="STACK", shell_complete=_stacks)
stacks_argument = click.argument("stacks", metavar="STACK", nargs=-1, shell_complete=_stacks)
environment_argument = click.argument("environment", metavar="ENVIRONMENT", shell_complete=_environments)
some_environment_argument = click.argument(
    "environment", metavar="[ENVIRONMENT]", required=False, shell_complete=_environments
)
deployment_argument = click.argument("deployment", metavar="DEPLOYMENT", shell_complete=_deployments)
some_deployment_argument = click.argument(
    "deployment", metavar="[DEPLOYMENT]", required=False, shell_complete=_deployments
)
environment_option = click.option(
    "--env", "environment", required=True, shell_complete=_environments, help="The environment whose stage is meant."
)
wait_option = click.option(
    "--wait",
    type=float,
    default=WAIT,
    show_default=True,
    help="Seconds to wait for who holds the stack; an apply also waits so long for rights to become effective.",
)
direct_option = click.option(
    "--direct", is_flag=True, help="Commit on main at once, where its rules let you, not by a pull request."
)


def in_environment(function: F) -> F:
    """`--env NAME`: the environment whose workspace and registry are meant."""
    option = click.option(
        "--env", "environment", default="local", show_default=True, shell_complete=_environments, help="Where."
    )
    return option(function)
