"""`amlops destroy STACK`: deletes everything, in the opposite order of `up`."""

from __future__ import annotations

import os

import click

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.github import open_git
from amlops.local_azure import LocalAzure
from amlops.progress import progress
from amlops.stacks import hold
from amlops.stacks.soft_delete import deleted_vault
from amlops.workflows.apply.destroy import destroy_stack, left
from amlops.workflows.session import explaining, open_session
from amlops.workflows.targets import stacks_of

from .options import json_option, stack_argument, wait_option, yes_option
from .output import give


@click.command("destroy")
@stack_argument
@yes_option
@wait_option
@json_option
def command(stack: str, yes: bool, wait: float, as_json: bool) -> None:
    """Delete everything of STACK; of an environment, its deployments first, then the platform and its own registry.

    What Azure keeps for a while (soft delete) is listed. `destroy local` stops the local Azure at the end. Resources
    that the environment protects are refused by Pulumi.
    """
    repo, told = Repository.find(), progress()
    environment, stacks = stacks_of(repo, stack)
    if not yes and not (not as_json and click.confirm(f"delete everything of {stack}?", err=True)):
        raise AmlopsError("nothing was done; add --yes", exit_code=2)
    with hold(repo, environment.name, f"amlops destroy {stack}"):
        session = open_session(repo, environment, told, start=True)
        git = open_git(repo.root, os.environ)
        known = session.known(stacks)
        removed = {}
        for one in reversed(left(stacks, known, git, local=environment.is_local)):
            with told.step(f"destroying {one}"), explaining(session):
                removed[one.text] = destroy_stack(session.of(one), one, git, wait=wait)
        kept = deleted_vault(session.azure, environment) if environment.settings.platform else None
        whole = stack == environment.name
        if environment.is_local and whole:
            with told.step("stopping the local Azure"):
                LocalAzure(repo.azure_home).stop()
    soft = [{"type": kept.type, "name": kept.name, "until": kept.until}] if kept else []
    if environment.settings.platform is not None and environment.name in removed:
        kinds = {
            "Microsoft.MachineLearningServices/workspaces": session.names.workspace,
            "Microsoft.OperationalInsights/workspaces": session.names.log_analytics,
        }
        soft += [{"type": kind, "name": name, "until": None} for kind, name in kinds.items()]
    text = [f"{name}: {number} resources deleted" for name, number in removed.items()] or ["nothing was there"]
    text += [f"soft-deleted, holds its name: {item['type']} {item['name']}" for item in soft]
    give({"deleted": removed, "soft_deleted": soft}, "\n".join(text), as_json=as_json)
