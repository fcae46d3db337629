"""`amlops rollback DEPLOYMENT`: the commit that makes an earlier release current again."""

from __future__ import annotations

import os

import click

from amlops.config import Repository
from amlops.github import GitHub, open_git
from amlops.workflows.promotion.rollback import roll_back

from .options import deployment_argument, direct_option, environment_option, json_option
from .output import give


@click.command("rollback")
@deployment_argument
@environment_option
@click.option("--to", metavar="RELEASE", help="The release to go back to; else the previous one, which still runs.")
@click.option("--keep", is_flag=True, help="Don't reject what is left: promotion may bring it back.")
@click.option("--reason", default="", help="Why, for the commit.")
@direct_option
@json_option
def command(
    deployment: str, environment: str, to: str | None, keep: bool, reason: str, direct: bool, as_json: bool
) -> None:
    """Make the release that ran before current again in DEPLOYMENT's stage: a commit like any other.

    What was current is rejected there and kept as previous, since it has the traffic until rollout gave that to the
    other one; it goes after the environment's soak.
    """
    repo = Repository.find()
    found = roll_back(
        repo,
        open_git(repo.root, os.environ),
        GitHub.of(os.environ),
        deployment,
        environment,
        to=to,
        keep=keep,
        direct=direct,
        reason=reason,
    )
    result = {
        "deployment": deployment,
        "environment": environment,
        "from": found.bad,
        "to": found.to,
        "rejected": found.rejected,
        **found.proposed.as_dict(),
    }
    give(result, f"{environment} goes back from {found.bad} to {found.to}: {found.proposed}", as_json=as_json)
