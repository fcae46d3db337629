"""`amlops env STACK`: the variables that Azure's, Pulumi's and Go's clients read."""

from __future__ import annotations

import os
import shlex

import click

from amlops.azure import ML_SCOPE
from amlops.config import Repository
from amlops.progress import progress
from amlops.stacks import SECRETS, parse_stack
from amlops.workflows.session import Session, open_session

from .options import json_option, stack_argument
from .output import give


@click.command("env")
@stack_argument
@json_option
def command(stack: str, as_json: bool) -> None:
    """Print what other tools need to reach STACK (or an environment), for `eval "$(amlops env STACK)"`.

    After it, plain `pulumi preview|up|refresh|destroy -s STACK` work, and so do Azure's own clients and mlflow. On a
    local Azure the lines hold its secrets, and for mlflow a token that is good for an hour. Of what is in Azure they
    hold none: Pulumi reaches the state as you, and its passphrase is got by the command that is told.
    """
    repo, told = Repository.find(), progress()
    named, environment = parse_stack(repo, stack)
    session = open_session(repo, environment, told, start=False, stack=named)
    wanted = {**_printed(session), **_tracking(session)}
    found = {name: value for name, value in wanted.items() if os.environ.get(name) != value or as_json}
    give(found, "\n".join(f"export {name}={shlex.quote(value)}" for name, value in found.items()), as_json=as_json)
    if session.state is not None and session.running is None:
        vault, secret = session.names.state_vault, session.state.realm
        asked = f"az keyvault secret show --vault-name {vault} --name {secret} --query value --output tsv"
        told.line(f'then: export PULUMI_CONFIG_PASSPHRASE="$({asked})"')


def _printed(session: Session) -> dict[str, str]:
    if session.state is None or session.running is not None:
        return dict(session.variables)
    return {name: session.variables[name] for name in session.variables if name not in SECRETS}


def _tracking(session: Session) -> dict[str, str]:
    """What the mlflow client reads, on a local Azure with a workspace. In Azure that is azureml-mlflow's business."""
    if session.running is None:
        return {}
    azure = session.azure
    workspace = azure.resource(session.workspace_id, "2025-12-01")
    if workspace is None:
        return {}
    uri = str(workspace["properties"]["mlFlowTrackingUri"])
    return {"MLFLOW_TRACKING_URI": uri, "MLFLOW_TRACKING_TOKEN": azure.credential.get_token(ML_SCOPE).token}
