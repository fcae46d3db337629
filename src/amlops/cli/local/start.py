"""`amlops local start`."""

from __future__ import annotations

import click

from amlops.config import Repository
from amlops.local_azure import LocalAzure

from ..options import json_option
from ..output import give


@click.command("start")
@json_option
def command(as_json: bool) -> None:
    """Start the local Azure if it does not run, and wait until it answers."""
    local = LocalAzure(Repository.find().azure_home)
    local.require_room()
    running = local.start()
    found = {"running": True, "pid": running.pid, "endpoint": running.endpoint}
    give(found, f"the local Azure runs at {running.endpoint} (process {running.pid})", as_json=as_json)
