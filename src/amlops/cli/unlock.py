"""`amlops unlock STACK`: frees a stack whose run is gone."""

from __future__ import annotations

import os
import sys
from typing import Any

import click

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.github import open_git
from amlops.progress import progress
from amlops.stacks import parse_stack
from amlops.workflows.apply.unlock import Lock, look, unlock
from amlops.workflows.session import open_session

from .options import json_option, stack_argument, yes_option
from .output import give


@click.command("unlock")
@stack_argument
@yes_option
@json_option
def command(stack: str, yes: bool, as_json: bool) -> None:
    """Show who holds STACK, for how long and in which run, and free it if that run is gone.

    A run that lives is never pushed aside (exit code 5): cancel it first. Where nobody can know whether it lives, such
    as with a token that may not see runs, its lease is kept until it expires, or until a person says --yes. Pulumi's
    own lock is removed too. `amlops apply` does the same by itself once it knows.
    """
    repo, told = Repository.find(), progress()
    name, environment = parse_stack(repo, stack)
    session = open_session(repo, environment, told, start=False, stack=name)
    git = open_git(repo.root, os.environ)
    found = look(session, name, git)
    if found.free:
        return give(_as_dict(found, removed=False), f"{stack} is free", as_json=as_json)
    told.line(str(found))
    if found.lives:
        raise AmlopsError(f"{found}; it lives: wait for its end, or cancel that run first", exit_code=5)
    asks = not as_json and sys.stdin.isatty()
    if found.lives is None and not yes and not (asks and click.confirm("is that run gone?", err=True)):
        todo = "wait until it expires, or say --yes if it is gone"
        raise AmlopsError(f"{found}; nobody here can know whether it lives: {todo}", exit_code=5)
    unlock(session, name, git, found)
    return give(_as_dict(found, removed=True), f"{stack} is free; it was: {found}", as_json=as_json)


def _as_dict(found: Lock, *, removed: bool) -> dict[str, Any]:
    return {**found.as_dict(), "removed": removed}
