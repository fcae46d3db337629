"""`amlops release DEPLOYMENT`: publishes assets and writes the lock file."""

from __future__ import annotations

import click

from amlops.config import Repository, load_about, load_environment
from amlops.progress import progress
from amlops.workflows.session import open_session

from .options import deployment_argument, in_environment, json_option
from .output import give


@click.command("release")
@deployment_argument
@in_environment
@json_option
def command(deployment: str, environment: str, as_json: bool) -> None:
    """Publish DEPLOYMENT's code, model and environment to the registry and write the release that names them.

    The release says what runs, whatever happens to the manifests later. For the local environment its stage moves to
    it too; elsewhere a stage is moved by a commit.
    """
    repo, told = Repository.find(), progress()
    load_about(repo, deployment)
    session = open_session(repo, load_environment(repo, environment), told, start=False)
    from amlops.releases.make import make_release

    with told.step(f"release of {deployment}"):
        made = make_release(repo, deployment, session.environment, session.azure, say=told.line)
    file = repo.shown(repo.releases_dir(deployment, session.environment.name) / f"{made.id}.yaml")
    assets = [{"kind": asset.kind, "id": asset.id, "digest": asset.digest} for asset in made.assets]
    give(
        {"deployment": deployment, "release": made.id, "file": str(file), "assets": assets},
        f"{deployment}: release {made.id} in {file}",
        as_json=as_json,
    )
