"""`amlops drift`: what was changed in the cloud without git."""

from __future__ import annotations

import os
from typing import Any

import click

from amlops.applied import applied_commits
from amlops.config import Environment, Repository
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.github import GitHub, NotAllowed, Run, open_git
from amlops.progress import progress
from amlops.report.drift import StackDrift, drift_lines
from amlops.report.escape import plain
from amlops.stacks import StackName, parse_stack
from amlops.stacks.declared import Declared
from amlops.stacks.waves import github_environment
from amlops.workflows.drift.drift import Taken, look, take_over, tell, undo
from amlops.workflows.main_branch import require_committed, require_main
from amlops.workflows.session import open_session

from .options import WAIT, json_option
from .output import give

DRIFTED = 4
"""Exit code where something drifted, or could not be compared."""


@click.command("drift")
@click.argument("stack", metavar="[STACK]", required=False)
@click.option("--all", "every", is_flag=True, help="Every stack that was ever applied.")
@click.option("--realm", metavar="NAME", help="Every stack of these that this GitHub environment's identity keeps.")
@click.option("--adopt", is_flag=True, help="Open the pull request that takes the change over into git.")
@click.option("--revert", is_flag=True, help="Apply what git says over the change.")
@json_option
def command(stack: str | None, every: bool, realm: str | None, adopt: bool, revert: bool, as_json: bool) -> int:
    """Compare git with the cloud as it is, and tell what somebody changed there: what, who, when.

    Traffic and capacity belong to rollout and autoscaling and are told only where neither would ever do that. In a job
    of GitHub's each stack that drifted has one issue, which closes when it is over. Ends with 4 where something drifted
    or could not be compared.
    """
    repo, told = Repository.find(), progress()
    if [stack is not None, every, realm is not None].count(True) != 1:
        raise AmlopsError("name one stack, or say --all or --realm", exit_code=2)
    if (adopt or revert) and (stack is None or adopt is revert):
        raise AmlopsError("--adopt and --revert are for one stack, one at a time", exit_code=2)
    git, github = open_git(repo.root, os.environ), GitHub.of(os.environ)
    done: list[dict[str, Any]] = []
    drifts: list[StackDrift] = []
    texts: list[str] = []
    for name, environment in _stacks(repo, git, stack, realm):
        try:
            session = open_session(repo, environment, told, start=False, stack=name)
        except AmlopsError as error:
            if stack is not None:
                raise
            drifts.append(StackDrift(name.text, failure=str(error)))
            done.append(drifts[-1].as_dict())
            continue
        found = look(session, name, git)
        drifts.append(found.drift)
        entry: dict[str, Any] = {**found.drift.as_dict(), "issue": _told(github, found.drift, texts)}
        if adopt and found.changes:
            taken = take_over(session, name, found, git, github)
            entry |= taken.as_dict()
            texts += _taken(taken)
        if revert and found.changes:
            if not environment.is_local:
                require_committed(git)
                require_main(git, "applied")
            entry["reverted"] = undo(session, name, found, git, WAIT).as_dict()
            texts.append(f"{name}: is as git says again")
            drifts[-1] = look(session, name, git).drift
            _told(github, drifts[-1], texts)
        done.append(entry)
    lines = [*drift_lines(drifts), *texts]
    run = Run.of(os.environ)
    if run is not None:
        run.summarise("\n\n".join(map(plain, lines)))
    give({"stacks": done}, "\n".join(lines), as_json=as_json)
    return DRIFTED if any(drift.drifted or drift.failure for drift in drifts) and not adopt else 0


def _stacks(repo: Repository, git: Git, text: str | None, realm: str | None) -> list[tuple[StackName, Environment]]:
    if text is not None:
        return [parse_stack(repo, text)]
    declared, applied = Declared(repo), applied_commits(git)
    found = [(one, declared.environments[one.environment]) for one in declared.stacks if one.text in applied]
    return [pair for pair in found if realm is None or github_environment(repo, pair[1], pair[0]) == realm]


def _told(github: GitHub | None, drift: StackDrift, texts: list[str]) -> str | None:
    """The issue's address; where the token may not write issues, that is told and the summary has to do."""
    if github is None:
        return None
    try:
        return tell(github, drift)
    except NotAllowed as error:
        texts.append(f"{drift.stack}: the issue isn't allowed here ({error})")
        return None


def _taken(taken: Taken) -> list[str]:
    lines = [f"adopted: {edit}" for edit in taken.edits]
    lines += [f"not adopted: {one}" for one in taken.refused]
    return [*lines, str(taken.proposed)] if taken.proposed else lines
