"""`amlops doctor`: what git can't hold, looked after."""

from __future__ import annotations

import os

import click

from amlops.config import Repository

from ..lazy import LazyGroup
from ..options import json_option
from .told import tell

COMMANDS = {
    "github": ("amlops.cli.doctor.github", "Check what only an owner sets on GitHub."),
    "codeowners": ("amlops.cli.doctor.codeowners", "Show or write CODEOWNERS."),
}


@click.command("doctor", cls=LazyGroup, commands_in=COMMANDS, invoke_without_command=True)
@json_option
@click.pass_context
def command(context: click.Context, as_json: bool) -> int:
    """Check this clone and this machine; `doctor github` checks the repository on GitHub. Nothing is changed.

    Each finding says the one step that mends it. Exit code 3 where something is wrong.
    """
    if context.invoked_subcommand is not None:
        return 0
    from amlops.doctor import Clone, examine_clone

    return tell(examine_clone(Clone(Repository.find(), os.environ)), as_json=as_json)
