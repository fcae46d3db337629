"""`amlops train DEPLOYMENT`: runs the training job and waits for the model."""

from __future__ import annotations

import click

from amlops.config import Repository, load_about, load_environment
from amlops.progress import progress
from amlops.workflows.session import open_session

from .options import deployment_argument, in_environment, json_option
from .output import give


@click.command("train")
@deployment_argument
@in_environment
@json_option
def command(deployment: str, environment: str, as_json: bool) -> None:
    """Run DEPLOYMENT's training job in an environment's workspace, show its log and wait for the model.

    The same work is not done twice: a job of the same content that runs or is completed is taken.
    """
    repo, told = Repository.find(), progress()
    load_about(repo, deployment)
    session = open_session(repo, load_environment(repo, environment), told, start=False)
    from amlops.training import train

    with told.step(f"training of {deployment}"):
        model = train(repo, deployment, session.environment, session.azure, say=told.line, on_line=told.line)
    found = {"deployment": deployment, "model": model.name, "version": model.version, "job": model.job}
    give(found, f"{deployment}: model {model}", as_json=as_json)
