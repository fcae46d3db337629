"""`amlops local stop`."""

from __future__ import annotations

import click

from amlops.config import Repository
from amlops.local_azure import LocalAzure

from ..options import json_option
from ..output import give


@click.command("stop")
@json_option
def command(as_json: bool) -> None:
    """End the local Azure and its children. What is in it stays, and is there again after a start."""
    LocalAzure(Repository.find().azure_home).stop()
    give({"running": False}, "the local Azure is stopped; its state stays", as_json=as_json)
