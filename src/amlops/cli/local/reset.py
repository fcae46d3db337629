"""`amlops local reset`."""

from __future__ import annotations

import shutil

import click

from amlops.config import LOCAL, Repository
from amlops.errors import AmlopsError
from amlops.local_azure import LocalAzure
from amlops.stacks import hold

from ..options import json_option, yes_option
from ..output import give

FORGOTTEN = ("azure", "pulumi", "stacks", "deployments")
"""Folders of `.local/` that belong together: the cloud, Pulumi's state of it, releases and stages of `local`."""


@click.command("reset")
@yes_option
@json_option
def command(yes: bool, as_json: bool) -> None:
    """End the local Azure and forget everything of the local environment: cloud, Pulumi's state, releases, stages."""
    repo = Repository.find()
    if not yes and not (not as_json and click.confirm("forget everything of the local environment?", err=True)):
        raise AmlopsError("nothing was done; add --yes", exit_code=2)
    with hold(repo, LOCAL, "amlops local reset"):
        LocalAzure(repo.azure_home).reset()
        for name in FORGOTTEN:
            if (repo.local / name).exists():
                shutil.rmtree(repo.local / name)
    give({"reset": True}, "everything of the local environment is forgotten", as_json=as_json)
