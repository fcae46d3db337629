"""`amlops promote [DEPLOYMENT]`: the next steps of deployments, and pull requests for those that may be taken."""

from __future__ import annotations

import os

import click

from amlops.config import Repository, load_about
from amlops.github import GitHub, Run, open_git
from amlops.progress import progress
from amlops.workflows.promotion.promote import Promoted, Taken, promote

from .options import json_option, some_deployment_argument
from .output import give

MARKS = {"pass": "✓", "fail": "✗", "wait": "…"}


@click.command("promote")
@some_deployment_argument
@click.option("--all", "everything", is_flag=True, help="All deployments.")
@click.option("--dry-run", is_flag=True, help="Say what the gates say, and open nothing.")
@click.option("--minutes", default=45.0, show_default=True, help="Real minutes after which the rest is left for later.")
@json_option
def command(deployment: str | None, everything: bool, dry_run: bool, minutes: float, as_json: bool) -> None:
    """Show the next steps of DEPLOYMENT, or of `--all`, with what every gate says, and take those that may be taken.

    A step is a commit to a stage, by a pull request of its own: it is opened once nothing but an approval is missing,
    and merged once every gate passes. What is read is this commit's, which must be main's; time is GitHub's. Run it as
    often as you like: what was done is found again. A deployment whose files are broken is told, with exit code 2 in
    the end; the others are promoted all the same.
    """
    if (deployment is None) == (not everything):
        raise click.UsageError("name a DEPLOYMENT, or say --all")
    repo, told = Repository.find(), progress()
    if deployment is not None:
        load_about(repo, deployment)
    run = Run.of(os.environ)
    found = promote(
        repo,
        open_git(repo.root, os.environ),
        GitHub.of(os.environ),
        run=run,
        progress=told,
        only=deployment,
        dry_run=dry_run,
        minutes=minutes,
    )
    text = _text(found)
    if run is not None:
        run.summarise(f"## Promotion\n\n```\n{text}\n```\n")
    give(found.as_dict(), text, as_json=as_json)
    if found.broken:
        click.get_current_context().exit(2)


def _text(found: Promoted) -> str:
    lines = [line for taken in found.taken for line in _step(taken)]
    lines += [str(problem) for item in found.broken for problem in item.problems]
    lines += [f"closed {url}" for url in found.closed]
    lines += [f"glass is broken: {item.sentence(found.now)}" for item in found.glass]
    return "\n".join(lines) or "there is no next step"


def _step(taken: Taken) -> list[str]:
    ends = {"nothing": "", "opened": "pull request open", "waits": "waits at GitHub", "left": "left for the next run"}
    parts = [taken.judged.step.title, f"[{taken.judged.state}]", ends.get(taken.did, taken.did), taken.url or ""]
    lines = [" ".join(filter(None, parts))]
    lines += [f"  {MARKS[verdict.state]} {verdict.gate:24} {verdict.reason}" for verdict in taken.judged.verdicts]
    return [*lines, *([f"  {taken.said}"] if taken.said and taken.did in ("waits", "refused") else [])]
