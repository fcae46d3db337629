"""`amlops restore ENVIRONMENT`: an environment from git, where nothing or only a part of it is left."""

from __future__ import annotations

import os

import click

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.github import open_git
from amlops.progress import progress
from amlops.stacks import hold
from amlops.workflows.realm.foundation import ISSUER
from amlops.workflows.realm.restore import restore_environment
from amlops.workflows.session import explaining, open_session
from amlops.workflows.targets import stacks_of

from .bootstrap import named_repository, repository_option
from .options import environment_argument, json_option, wait_option, yes_option
from .output import give


@click.command("restore")
@environment_argument
@repository_option
@click.option("--issuer", default=ISSUER, show_default=True, help="Who signs the workflows' OIDC tokens.")
@yes_option
@wait_option
@json_option
def command(environment: str, repository: str | None, issuer: str, yes: bool, wait: float, as_json: bool) -> None:
    """Bring ENVIRONMENT back from git alone, as its owner: what it stands on, its platform, every current release.

    For an empty subscription, or another region: name it in the environment's file first (another region needs another
    `prefix` while the old names are taken). Nothing is built: what the stages name must be in the registry.
    """
    repo, told = Repository.find(), progress()
    found, stacks = stacks_of(repo, environment)
    if found.is_local:
        raise AmlopsError(f"{environment} is brought back by `amlops up {environment}`", exit_code=2)
    owner = named_repository(repository)
    if not yes and not (not as_json and click.confirm(f"bring {environment} back from git?", err=True)):
        raise AmlopsError("nothing was done; add --yes", exit_code=2)
    with hold(repo, environment, f"amlops restore {environment}"):
        session = open_session(repo, found, told, start=False)
        with explaining(session):
            git = open_git(repo.root, os.environ)
            done = restore_environment(session, stacks, git, owner, issuer, wait=wait)
    result = {
        "environment": environment,
        "made": done.bootstrapped.made,
        "pending": done.bootstrapped.pending,
        "forgotten": done.forgotten,
        "stacks": [
            {"name": one.stack.text, "changed": one.changed, "counts": dict(one.counts)} for one in done.results
        ],
        "deployments": [{"deployment": one.deployment, "release": one.release, "url": one.url} for one in done.served],
        "github_environments": {name: {"AZURE_CLIENT_ID": id} for name, id in done.bootstrapped.clients.items()},
    }
    lines = [f"{one.stack}: {one}" for one in done.results]
    lines += [f"{one.deployment} serves {one.release} at {one.url}" for one in done.served]
    lines += [f"GitHub environment {name}: AZURE_CLIENT_ID={id}" for name, id in done.bootstrapped.clients.items()]
    give(result, "\n".join(lines), as_json=as_json)
