"""`amlops state backup ENVIRONMENT --to FOLDER`: exports of all stacks, checked."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from amlops.config import Repository, load_environment
from amlops.progress import progress
from amlops.workflows.realm.state import back_up
from amlops.workflows.session import open_session

from ..options import environment_argument, json_option
from ..output import give


@click.command("backup")
@environment_argument
@click.option(
    "--to", "folder", required=True, type=click.Path(path_type=Path), help="A folder that isn't there, or is empty."
)
@json_option
def command(environment: str, folder: Path, as_json: bool) -> None:
    """Export the state of every stack of ENVIRONMENT into a folder, check each and write an index of them.

    The folder is whole or not there at all. Stacks that git has no more are exported too.
    """
    repo, told = Repository.find(), progress()
    session = open_session(repo, load_environment(repo, environment), told, start=False)
    done = back_up(session, folder)
    lines = [f"{one.stack}: {one.resources} resources, {one.pending} operations left open" for one in done.saved]
    found = {"folder": str(folder), **asdict(done)}
    give(found, "\n".join([*lines, f"{len(done.saved)} states in {folder}"]), as_json=as_json)
