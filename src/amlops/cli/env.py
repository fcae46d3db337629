"""`amlops env STACK`: the variables that Azure's, Pulumi's and Go's clients read."""

from __future__ import annotations

import os
import shlex

import click

from amlops.config import Repository
from amlops.progress import progress
from amlops.stacks import parse_stack

from .options import json_option, stack_argument
from .output import give
from .session import open_session


@click.command("env")
@stack_argument
@json_option
def command(stack: str, as_json: bool) -> None:
    """Print what other tools need to reach STACK (or an environment), for `eval "$(amlops env STACK)"`.

    After it, plain `pulumi preview|up|refresh|destroy -s STACK` work, and so do Azure's own clients. The lines hold
    the local Azure's secret; of environments in Azure they hold none.
    """
    repo = Repository.find()
    _, environment = parse_stack(repo, stack)
    session = open_session(repo, environment, progress(), start=False)
    found = {name: value for name, value in session.variables.items() if os.environ.get(name) != value or as_json}
    give(found, "\n".join(f"export {name}={shlex.quote(value)}" for name, value in found.items()), as_json=as_json)
