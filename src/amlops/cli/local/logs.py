"""`amlops local logs`."""

from __future__ import annotations

import click

from amlops.config import Repository
from amlops.local_azure import LocalAzure

from ..options import json_option
from ..output import give


@click.command("logs")
@click.option("--lines", default=100, show_default=True, type=click.IntRange(1, 100_000), help="How many.")
@json_option
def command(lines: int, as_json: bool) -> None:
    """Show the last lines of the local Azure's log."""
    text = LocalAzure(Repository.find().azure_home).logs(lines).rstrip("\n")
    give({"lines": text.splitlines()}, text, as_json=as_json)
