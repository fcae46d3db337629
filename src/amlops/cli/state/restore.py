"""`amlops state restore ENVIRONMENT --from FOLDER`: brings states back from a backup."""

from __future__ import annotations

import os
from pathlib import Path

import click

from amlops.config import Repository, load_environment
from amlops.errors import AmlopsError
from amlops.github import open_git
from amlops.progress import progress
from amlops.workflows.realm.state import restore
from amlops.workflows.session import open_session

from ..options import environment_argument, json_option, yes_option
from ..output import give


@click.command("restore")
@environment_argument
@click.option(
    "--from", "folder", required=True, type=click.Path(path_type=Path), help="The folder of a backup of ENVIRONMENT."
)
@click.option("--stack", "stacks", multiple=True, help="Only this stack; may be given several times.")
@yes_option
@json_option
def command(environment: str, folder: Path, stacks: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Put the states of a backup in the place of those that ENVIRONMENT has now.

    What is there now is backed up beside the folder first. The cloud itself is left as it is: `amlops drift` shows
    what the states and the cloud differ in.
    """
    repo, told = Repository.find(), progress()
    if not yes and not (not as_json and click.confirm(f"replace the states of {environment}?", err=True)):
        raise AmlopsError("nothing was done; add --yes", exit_code=2)
    session = open_session(repo, load_environment(repo, environment), told, start=False)
    done = restore(session, open_git(repo.root, os.environ), folder, stacks)
    kept = str(done.replaced) if done.replaced else None
    lines = [f"{stack}: restored" for stack in done.stacks]
    lines += [f"the states that were there are in {kept}"] if kept else []
    give({"restored": list(done.stacks), "replaced": kept}, "\n".join(lines) or "nothing to restore", as_json=as_json)
