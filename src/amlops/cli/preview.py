"""`amlops preview STACK`: what `up` would change."""

from __future__ import annotations

from typing import Any

import click

from amlops.config import Repository
from amlops.progress import progress
from amlops.stacks import Result
from amlops.workflows.session import open_session
from amlops.workflows.targets import stacks_of

from .options import json_option, stack_argument
from .output import give


@click.command("preview")
@stack_argument
@json_option
def command(stack: str, as_json: bool) -> None:
    """Show what `amlops up STACK` would change, without changing anything. An environment means all its stacks."""
    repo, told = Repository.find(), progress()
    environment, stacks = stacks_of(repo, stack)
    session = open_session(repo, environment, told, start=False)
    results = []
    for one in stacks:
        with told.step(f"preview of {one}"):
            results.append(session.of(one).engine.preview(one))
    found = {"stacks": [as_dict(result) for result in results]}
    give(found, "\n".join(_text(result) for result in results), as_json=as_json)


def as_dict(result: Result) -> dict[str, Any]:
    changes = [
        {"urn": change.urn, "type": change.type, "operation": change.operation, "keys": list(change.keys)}
        for change in result.changes
    ]
    return {"name": result.stack.text, "changed": result.changed, "counts": dict(result.counts), "changes": changes}


def _text(result: Result) -> str:
    lines = [f"{result.stack}: {result}"]
    for change in result.changes:
        keys = f" ({', '.join(change.keys)})" if change.keys else ""
        lines.append(f"  {change.operation:8} {change.name}{keys}")
    return "\n".join(lines)
