"""`amlops local status`."""

from __future__ import annotations

import click

from amlops.config import Repository
from amlops.local_azure import LocalAzure

from ..options import json_option
from ..output import give

NOT_RUNNING = 3


@click.command("status")
@json_option
def command(as_json: bool) -> int:
    """Show whether the local Azure runs, and where. Exit code 3 where it does not."""
    running = LocalAzure(Repository.find().azure_home).status()
    if running is None:
        give({"running": False}, "the local Azure does not run", as_json=as_json)
        return NOT_RUNNING
    found = {"running": True, "pid": running.pid, "endpoint": running.endpoint, "proxy": running.proxy}
    give(found, f"the local Azure runs at {running.endpoint} (process {running.pid})", as_json=as_json)
    return 0
