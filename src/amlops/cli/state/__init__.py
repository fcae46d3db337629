"""`amlops state`: backups of what Pulumi knows."""

from __future__ import annotations

import click

from ..lazy import LazyGroup

COMMANDS = {
    "backup": ("amlops.cli.state.backup", "Export the state of every stack of an environment."),
    "restore": ("amlops.cli.state.restore", "Put the states of a backup in the place of the present ones."),
}


@click.command("state", cls=LazyGroup, commands_in=COMMANDS)
def command() -> None:
    """Back the state of an environment up, and bring it back. Secrets in it stay encrypted."""
