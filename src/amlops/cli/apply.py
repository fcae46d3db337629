"""`amlops apply STACK`: applies what git explains, exactly as previewed."""

from __future__ import annotations

import os
from pathlib import Path

import click

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.github import Run, open_git
from amlops.progress import progress
from amlops.stacks import parse_stack
from amlops.workflows.apply.apply import Applied, Apply
from amlops.workflows.main_branch import require_committed, require_main
from amlops.workflows.plan.expectation import Expectation
from amlops.workflows.session import explaining, open_session

from .options import json_option, stack_argument, wait_option
from .output import give


@click.command("apply")
@stack_argument
@click.option(
    "--expected",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What git explains, as `amlops plan --expected STACK --out FILE` wrote it.",
)
@click.option("--without-guard", metavar="REASON", help="Apply although nobody worked out what git explains.")
@wait_option
@json_option
def command(stack: str, file: Path | None, without_guard: str | None, wait: float, as_json: bool) -> None:
    """Bring STACK to the commit that is checked out, and nothing else.

    It holds the stack's lease, heals what an interrupted run left, compares a live preview with what git explains
    (--expected), asks policy and preflight, and applies exactly that preview. A deployment's releases are asked once.
    Then the evidence is written and `refs/applied/<stack>` moves. Loss of a resource that holds data needs a permission
    in environments/permissions.yaml. Interrupted anywhere, it goes on when it is run again.
    """
    repo, told = Repository.find(), progress()
    name, environment = parse_stack(repo, stack)
    if file is not None and without_guard is not None:
        raise AmlopsError("--expected and --without-guard exclude each other; keep one", exit_code=2)
    if file is None and without_guard is None and not environment.is_local:
        todo = f"make it by `amlops plan --expected {stack} --out FILE` and name it by --expected"
        message = f"{stack} is not applied without knowing what git explains; {todo}, or say --without-guard REASON"
        raise AmlopsError(message, exit_code=2)
    run = Run.of(os.environ)
    if run is not None and run.event.startswith("pull_request"):
        raise AmlopsError("a pull request changes no environment; merge it, and main is applied", exit_code=2)
    git = open_git(repo.root, os.environ)
    if not environment.is_local:
        require_committed(git)
        require_main(git, "applied")
    expectation = None if file is None else Expectation.read(file, stack)
    session = open_session(repo, environment, told, start=True, stack=name)
    with explaining(session):
        done = Apply(session, name, git, expectation, without_guard, wait).run()
    if run is not None:
        run.summarise(_summary(done))
    give(done.as_dict(), _text(done), as_json=as_json)


def _text(done: Applied) -> str:
    if done.behind is not None:
        return f"{done.stack}: applied from the later commit {done.behind[:12]} already"
    if done.meanwhile is not None:
        said = f"{done.stack}: another run applied it from {done.meanwhile[:12]} meanwhile; nothing was done"
        return f"{said}, and the next run works out anew what git explains"
    head = f"{done.stack}: {done.result or 'nothing to change'}"
    steps = [f"  {step}" for step in done.meaning.steps]
    return "\n".join([head, *steps, *(f"  {note}" for note in done.notes), *(f"  {asked}" for asked in done.asked)])


def _summary(done: Applied) -> str:
    first, *rest = _text(done).splitlines()
    lines = [f"### {first}", "", *(f"- {line.strip()}" for line in rest)]
    return "\n".join(lines)
