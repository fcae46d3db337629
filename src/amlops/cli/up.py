"""`amlops up STACK`: brings stacks to what git declares."""

from __future__ import annotations

import os
import shlex
import time
from typing import Any

import click

from amlops.config import Repository
from amlops.github import open_git
from amlops.local_azure import LocalAzure
from amlops.progress import progress
from amlops.stacks import hold
from amlops.workflows.bring_up import Served, bring_up
from amlops.workflows.session import Session, explaining, open_session
from amlops.workflows.targets import stacks_of

from .options import json_option, stack_argument, wait_option
from .output import give


@click.command("up")
@stack_argument
@wait_option
@json_option
def command(stack: str, wait: float, as_json: bool) -> None:
    """Bring STACK to what git declares; an environment means all its stacks, in order.

    `amlops up local` does the whole path on this machine: it starts the local Azure, brings up registry and platform,
    trains, publishes and releases where the stage names nothing that exists, brings up every deployment, gives it
    traffic and asks it once. Interrupted anywhere, it goes on from there when it is run again.
    """
    started = time.monotonic()
    repo, told = Repository.find(), progress()
    environment, stacks = stacks_of(repo, stack)
    with hold(repo, environment.name, f"amlops up {stack}"):
        if environment.is_local:
            LocalAzure(repo.azure_home).require_room()
        session = open_session(repo, environment, told, start=True)
        with explaining(session):
            results, served = bring_up(session, stacks, open_git(repo.root, os.environ), wait=wait)
    seconds = round(time.monotonic() - started, 1)
    found = {
        "environment": environment.name,
        "stacks": [{"name": r.stack.text, "changed": r.changed, "counts": dict(r.counts)} for r in results],
        "deployments": [_as_dict(session, item) for item in served],
        "seconds": seconds,
    }
    lines = [f"{result.stack}: {result}" for result in results]
    for item in served:
        lines += ["", f"{item.deployment} answers {item.answer} at {item.url}", f"  {_curl(session, item)}"]
    lines += ["", f"{seconds} s"]
    if environment.is_local:
        lines.append("stop: `amlops local stop` keeps everything, `amlops destroy local --yes` deletes it")
    give(found, "\n".join(lines), as_json=as_json)


def _as_dict(session: Session, item: Served) -> dict[str, Any]:
    return {
        "deployment": item.deployment,
        "release": item.release,
        "url": item.url,
        "answer": item.answer,
        "curl": _curl(session, item),
    }


def _curl(session: Session, item: Served) -> str:
    """A line to paste. Only the local Azure's key is shown; elsewhere the reader gets it by `az ml`."""
    parts = ["curl"]
    if session.running is not None:
        parts += ["--noproxy", "*", "--cacert", str(session.running.ca), "-H", f"Authorization: Bearer {item.key}"]
        text = shlex.join(parts)
    else:
        text = 'curl -H "Authorization: Bearer $KEY"'
    sample = session.repo.deployment(item.deployment) / item.sample
    return f"{text} {shlex.join(['-H', 'Content-Type: application/json', '-d', f'@{sample}', item.url])}"
