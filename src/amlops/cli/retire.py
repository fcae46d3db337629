"""`amlops retire DEPLOYMENT`: the commit that ends a deployment."""

from __future__ import annotations

import os

import click

from amlops.config import Repository
from amlops.github import GitHub, open_git
from amlops.workflows.promotion.retire import retire

from .options import deployment_argument, direct_option, json_option
from .output import give


@click.command("retire")
@deployment_argument
@click.option("--reason", required=True, help="Why; it stays in about.yaml.")
@direct_option
@json_option
def command(deployment: str, reason: str, direct: bool, as_json: bool) -> None:
    """Empty every stage of DEPLOYMENT and say in its about.yaml that it is retired.

    Apply then deletes its endpoints; releases, models and evidence stay. Nothing is trained, released or promoted any
    more until the line `retired` is taken out again.
    """
    repo = Repository.find()
    found = retire(
        repo, open_git(repo.root, os.environ), GitHub.of(os.environ), deployment, reason=reason, direct=direct
    )
    where = ", ".join(found.environments) or "nowhere any more"
    give(
        {"deployment": deployment, "environments": list(found.environments), **found.proposed.as_dict()},
        f"{deployment} ends (it runs in {where}): {found.proposed}",
        as_json=as_json,
    )
