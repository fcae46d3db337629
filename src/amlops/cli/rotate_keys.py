"""`amlops rotate-keys DEPLOYMENT --env ENVIRONMENT`: new keys for an endpoint."""

from __future__ import annotations

import click

from amlops.config import Repository
from amlops.progress import progress
from amlops.stacks import parse_stack
from amlops.workflows.realm.rotate_keys import ORDER, rotate_keys
from amlops.workflows.session import open_session

from .options import deployment_argument, in_environment, json_option
from .output import give


@click.command("rotate-keys")
@deployment_argument
@in_environment
@click.option(
    "--only",
    type=click.Choice([key.lower() for key in ORDER]),
    help="Only this key: the secondary one, then, when its clients use that, the primary one.",
)
@json_option
def command(deployment: str, environment: str, only: str | None, as_json: bool) -> None:
    """Give the endpoint of DEPLOYMENT new keys: the secondary one, then the primary one.

    The endpoint must answer to the first before the second is touched. Clients that hold the old primary key are
    refused from then on; where there are such, rotate with --only secondary, move them, and then --only primary.
    Keys are never printed: `az ml online-endpoint get-credentials` shows them to who may see them.
    """
    repo, told = Repository.find(), progress()
    stack, found = parse_stack(repo, f"{environment}.{deployment}")
    session = open_session(repo, found, told, start=False, stack=stack)
    keys = tuple(key for key in ORDER if only in (None, key.lower()))
    done = [key.lower() for key in rotate_keys(session, deployment, keys)]
    endpoint = session.names.endpoint(deployment)
    give({"endpoint": endpoint, "rotated": done}, f"{endpoint}: new {' and '.join(done)} key", as_json=as_json)
