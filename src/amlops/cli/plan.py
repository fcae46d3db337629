"""`amlops plan`: what a change does to what is applied, rehearsed on a local Azure."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.github import GitHub, Run, open_git
from amlops.progress import progress
from amlops.releases.files import write_atomically
from amlops.report import comment, lines
from amlops.stacks.events import short
from amlops.workflows.plan.expected import expected
from amlops.workflows.plan.plan import MOST, Planning
from amlops.workflows.plan.policy import today
from amlops.workflows.plan.publish_plan import COMMENT, ended, publish, write_plan
from amlops.workflows.rehearsal.faults import Fault, parse_fault

from .options import json_option
from .output import give

STOPPED = 4
"""Exit code of a plan that must not be merged as it is."""


@click.command("plan")
@click.option("--base", default="origin/main", show_default=True, help="What the change is compared with.")
@click.option("--fault", "faults", multiple=True, help="Let Azure fail on the way, as status:503:deployments:3 says.")
@click.option("--most", default=MOST, show_default=True, help="Deployments of an environment that are rehearsed.")
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder (--expected: file) that gets the plan, in place of readers."
)
@click.option("--expected", "stack", metavar="STACK", help="Only what git explains for STACK since it was applied.")
@click.option("--publish", "again", is_flag=True, help="Publish what a plan wrote to --out before; plan nothing.")
@json_option
def command(
    base: str, faults: tuple[str, ...], most: int, out: Path | None, stack: str | None, again: bool, as_json: bool
) -> int:
    """Show what the commits since BASE do to each stack that they touch, and rehearse it on a local Azure.

    It needs no credential: what BASE declares is brought up on a fresh local Azure, the change is previewed there and
    applied while a client sends 20 requests a second, the traffic is moved as a rollout would, failed requests are
    counted, and everything is deleted. In a pull request's job the result is its one comment. Ends with 4 where the
    change must not be merged: a rule of the policy, preflight or the rehearsal stops it. Of a pull request that has
    ended meanwhile nothing is planned; the job's output `planned` says so.
    """
    if again and stack is not None:
        raise click.UsageError("--publish and --expected exclude each other; keep one")
    if faults and (again or stack is not None):
        raise click.UsageError("--fault goes with a rehearsal; --publish and --expected have none")
    repo = Repository.find()
    if again:
        return _publish_again(out, as_json=as_json)
    if stack is not None:
        return _expected(repo, stack, out, as_json=as_json)
    return _plan(repo, base, [parse_fault(fault) for fault in faults], most, out, as_json=as_json)


def _plan(repo: Repository, base: str, faults: list[Fault], most: int, out: Path | None, *, as_json: bool) -> int:
    git, told, run = open_git(repo.root, os.environ), progress(), Run.of(os.environ)
    if run is not None and (over := ended(run, GitHub.of(os.environ))):
        run.give("planned", "false")
        give({"ended": over}, f"the pull request is {over}: there is nothing to decide any more", as_json=as_json)
        return 0
    head, compared = git.head(), git.resolve(base)
    if compared is None:
        raise AmlopsError(f'--base: git knows no commit "{base}"; fetch it, or name another', exit_code=2)
    planning = Planning(git, repo, told, today(), faults, most, run.url if run else "")
    plan = planning.plan(git.merge_base(compared, head), head)
    if out is not None:
        write_plan(plan, out)
        told.line(f"written to {out}")
        if run is not None:
            run.give("planned", "true")
    where = publish(comment(plan), os.environ) if out is None else ""
    if where:
        told.line(f"published: {where}")
    give(plan.as_dict(), "\n".join(lines(plan)), as_json=as_json)
    return STOPPED if plan.stopped else 0


def _expected(repo: Repository, stack: str, out: Path | None, *, as_json: bool) -> int:
    found = expected(open_git(repo.root, os.environ), repo, stack, progress()).as_dict()
    if out is not None:
        write_atomically(out, json.dumps(found, indent=2) + "\n")
    steps = [f"  {step['operation']:8} {short(step['urn'])}" for step in found["steps"]]
    give(found, "\n".join([f"{stack}: {len(steps)} resources change", *steps]), as_json=as_json)
    return 0


def _publish_again(out: Path | None, *, as_json: bool) -> int:
    if out is None or not (out / COMMENT).is_file():
        raise AmlopsError("--publish: there is no plan at --out; run `amlops plan --out FOLDER` before", exit_code=2)
    where = publish((out / COMMENT).read_text(encoding="utf-8"), os.environ)
    give({"published": where}, where or "nowhere: this is no job of GitHub's", as_json=as_json)
    return 0
