"""`amlops rollout`: give a candidate the traffic step by step, as long as it proves itself."""

from __future__ import annotations

import getpass
import os
import time
from datetime import UTC, datetime
from typing import Any, Literal

import click

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.github import GitHub, GitHubRefused, Run, open_git
from amlops.progress import progress
from amlops.rollout.record import Wish
from amlops.workflows.holding import lives_of
from amlops.workflows.rollout import Watch, open_job, roll_out, tell_wish, unleased_job

from .options import _stacks, json_option
from .output import give

WORKFLOW = "rollout.yml"
"""The workflow that is started to go on with a stack; its input is `stack`."""

KINDS: dict[str, Literal["pause", "go-on", "abort"]] = {"pause": "pause", "resume": "go-on", "abort": "abort"}


@click.command("rollout")
@click.argument("stack", metavar="[STACK]", required=False, shell_complete=_stacks)
@click.option(
    "--max-minutes",
    type=click.FloatRange(min=0),
    default=40.0,
    show_default=True,
    help="End after so long, the wait for the stack's lease included; a write under way may take 10 more.",
)
@click.option("--watch", "watching", is_flag=True, help="Start what died, of all stacks; STACK is left out.")
@click.option(
    "--pause", "wish", flag_value="pause", help="No step forward from now on; a candidate that fails goes back."
)
@click.option(
    "--resume", "wish", flag_value="resume", help="Go on: after a pause, or after traffic was changed by hand."
)
@click.option("--abort", "wish", flag_value="abort", help="All traffic back to the old release; reject the candidate.")
@click.option("--reason", default="", metavar="TEXT", help="Why, for --pause, --resume and --abort.")
@json_option
def command(
    stack: str | None, max_minutes: float, watching: bool, wish: str | None, reason: str, as_json: bool
) -> None:
    """Roll the candidate of STACK's stage out: smoke test, mirror, then step by step, each judged by real requests.

    What fails goes back to the old release at once and is written to git as rejected; what passes becomes current. It
    goes on from wherever an earlier run ended. After --max-minutes it hands on to another run.
    """
    if watching == (stack is not None) or (watching and wish):
        raise click.UsageError("name one STACK, or give --watch alone")
    if reason and not wish:
        raise click.UsageError("--reason belongs to --pause, --resume or --abort")
    repo = Repository.find()
    if stack is None:
        _watch(repo, as_json=as_json)
    elif wish:
        _wish(repo, stack, wish, reason, as_json=as_json)
    else:
        _roll_out(repo, stack, max_minutes, as_json=as_json)


def _roll_out(repo: Repository, stack: str, minutes: float, *, as_json: bool) -> None:
    began = time.monotonic()
    with open_job(repo, stack, progress()) as job:
        found = roll_out(job, minutes - (time.monotonic() - began) / 60)
    if found.handed_on:
        _start(stack, GitHub.of(os.environ))
        if (run := Run.of(os.environ)) is not None:
            run.summarise(f"{found.stack}: {found.sentence}. Another run goes on.")
    give(found.as_dict(), f"{stack}: {found.sentence}", as_json=as_json)


def _wish(repo: Repository, stack: str, wish: str, reason: str, *, as_json: bool) -> None:
    job = unleased_job(repo, stack, progress())
    person = os.environ.get("GITHUB_ACTOR") or getpass.getuser()
    told = tell_wish(job, Wish(KINDS[wish], job.now(), person, reason))
    give({"stack": stack, "wish": wish, "sentence": told}, told, as_json=as_json)


def _watch(repo: Repository, *, as_json: bool) -> None:
    github, run = GitHub.of(os.environ), Run.of(os.environ)

    def start(stack: str) -> None:
        if github is None:
            raise AmlopsError(f"{stack} is to go on: run `amlops rollout {stack}`; this is no job of GitHub's")
        _start(stack, github)

    def now() -> datetime:
        return github.now() if github is not None else datetime.now(UTC)

    git = open_git(repo.root, os.environ)
    found = Watch(repo, git, now, lives_of(run, github), start).look()
    result: dict[str, Any] = {"stacks": [item.as_dict() for item in found]}
    lines = [f"{item.stack}: {item.state}: {item.why}" for item in found]
    if run is not None and lines:
        run.summarise("\n".join(f"- {line}" for line in lines))
    give(result, "\n".join(lines) or "no rollout is left to do", as_json=as_json)


def _start(stack: str, github: GitHub | None) -> None:
    if github is None:
        return
    try:
        github.runs.dispatch(WORKFLOW, {"stack": stack})
    except GitHubRefused as error:
        raise AmlopsError(f"the next run of {stack} was not started: {error}; the watchdog starts it") from None
