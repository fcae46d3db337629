"""`amlops bootstrap ENVIRONMENT|--all`: what an environment needs before its first stack, made by its owner."""

from __future__ import annotations

import os
import re
from typing import Any

import click

from amlops.config import Repository, load_environment
from amlops.errors import AmlopsError
from amlops.progress import progress
from amlops.workflows.realm.bootstrap import Bootstrapped, bootstrap, require_cloud
from amlops.workflows.realm.foundation import ISSUER
from amlops.workflows.session import open_session

from .options import json_option, some_environment_argument
from .output import give

_REPOSITORY = re.compile(r"[\w.-]+(@\d+)?/[\w.-]+(@\d+)?")


repository_option = click.option(
    "--repository",
    help="`owner/name` whose workflows may deploy, as GitHub's OIDC subjects have it (default: GITHUB_REPOSITORY).",
)


@click.command("bootstrap")
@some_environment_argument
@click.option("--all", "everything", is_flag=True, help="Every environment in Azure.")
@repository_option
@click.option("--issuer", default=ISSUER, show_default=True, help="Who signs the workflows' OIDC tokens.")
@json_option
def command(environment: str | None, everything: bool, repository: str | None, issuer: str, as_json: bool) -> None:
    """Make what ENVIRONMENT stands on: a place for its state, keys, deploy identities and their roles.

    Run it as an owner of the environment's subscription and of that with the registry, once, and again when teams or
    environments are added: what is as it should be is left alone. It prints the AZURE_CLIENT_ID that each GitHub
    environment needs.
    """
    repo, told = Repository.find(), progress()
    if (environment is None) == (not everything):
        raise AmlopsError("name an environment, or give --all", exit_code=2)
    named = repo.environment_names() if environment is None else (environment,)
    found = [load_environment(repo, name) for name in named]
    if everything:
        in_azure = [one for one in found if not one.is_local]
        found = sorted(in_azure, key=lambda one: (one.registry_home is not None, one.name))
    owner = named_repository(repository)
    for one in found:
        require_cloud(one)
    done = [bootstrap(open_session(repo, one, told, start=False), owner, issuer) for one in found]
    result = {"repository": owner, "environments": [_as_dict(one) for one in done]}
    give(result, "\n".join(_text(one) for one in done), as_json=as_json)


def named_repository(given: str | None) -> str:
    """Raises AmlopsError where none is named, or it is no `owner/name`."""
    found = given or os.environ.get("GITHUB_REPOSITORY") or ""
    if not _REPOSITORY.fullmatch(found):
        raise AmlopsError(f'--repository: "{found}" is no owner/name of a repository; give it', exit_code=2)
    return found


def _as_dict(one: Bootstrapped) -> dict[str, Any]:
    return {
        "environment": one.environment,
        "github_environments": {name: {"AZURE_CLIENT_ID": id} for name, id in one.clients.items()},
        "made": one.made,
        "changed": one.changed,
        "unchanged": one.unchanged,
        "pending": one.pending,
        "notes": one.notes,
    }


def _text(one: Bootstrapped) -> str:
    lines = [f"{one.environment}: {len(one.made)} made, {len(one.changed)} changed, {one.unchanged} as they should be"]
    lines += [f"  note     {note}" for note in one.notes]
    lines += [f"  pending  {item}" for item in one.pending]
    lines += [f"  GitHub environment {name}: AZURE_CLIENT_ID={id}" for name, id in one.clients.items()]
    return "\n".join(lines)
