"""`amlops local`: controls the local Azure of this clone."""

from __future__ import annotations

import click

from ..lazy import LazyGroup

COMMANDS = {
    "start": ("amlops.cli.local.start", "Start it if it does not run, and wait until it answers."),
    "stop": ("amlops.cli.local.stop", "End it and its children; what is in it stays."),
    "status": ("amlops.cli.local.status", "Show whether it runs, and where."),
    "reset": ("amlops.cli.local.reset", "End it and forget everything of the local environment."),
    "logs": ("amlops.cli.local.logs", "Show the last lines of its log."),
}


@click.command("local", cls=LazyGroup, commands_in=COMMANDS)
def command() -> None:
    """Control the local Azure of this clone. Its state lies in `.local/`, outside of what git tracks."""
