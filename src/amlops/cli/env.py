"""`amlops env STACK`: the variables that Azure's, Pulumi's and Go's clients read."""

from __future__ import annotations

import os
import shlex

import click

from amlops.azure import ML_SCOPE
from amlops.config import Repository
from amlops.progress import progress
from amlops.stacks import parse_stack
from amlops.workflows.session import Session, open_session

from .options import json_option, stack_argument
from .output import give


@click.command("env")
@stack_argument
@json_option
def command(stack: str, as_json: bool) -> None:
    """Print what other tools need to reach STACK (or an environment), for `eval "$(amlops env STACK)"`.

    After it, plain `pulumi preview|up|refresh|destroy -s STACK` work, and so do Azure's own clients and mlflow. The
    lines hold the local Azure's secret, and for mlflow a token that is good for an hour; of environments in Azure they
    hold none.
    """
    repo = Repository.find()
    _, environment = parse_stack(repo, stack)
    session = open_session(repo, environment, progress(), start=False)
    wanted = {**session.variables, **_tracking(session)}
    found = {name: value for name, value in wanted.items() if os.environ.get(name) != value or as_json}
    give(found, "\n".join(f"export {name}={shlex.quote(value)}" for name, value in found.items()), as_json=as_json)


def _tracking(session: Session) -> dict[str, str]:
    """What the mlflow client reads, while the local workspace exists. In Azure that is azureml-mlflow's business."""
    if not session.environment.is_local:
        return {}
    azure, names = session.azure, session.names
    group = f"/subscriptions/{azure.subscription}/resourceGroups/{names.resource_group}"
    id = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{names.workspace}"
    workspace = azure.resource(id, "2025-12-01")
    if workspace is None:
        return {}
    uri = str(workspace["properties"]["mlFlowTrackingUri"])
    return {"MLFLOW_TRACKING_URI": uri, "MLFLOW_TRACKING_TOKEN": azure.credential.get_token(ML_SCOPE).token}
