"""`amlops hand-on`: starts what follows an apply."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import click

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.github import GitHub, Run, open_git
from amlops.stacks.declared import Declared
from amlops.workflows.apply.hand_on import HandedOn, hand_on
from amlops.workflows.holding import lives_of
from amlops.workflows.rollout import Watch

from .options import json_option
from .output import give

APPLY, ROLLOUT = "apply.yml", "rollout.yml"


@click.command("hand-on")
@click.option(
    "--tried", default="{}", metavar="JSON", help="What this run applied, as `amlops stacks --matrix` gave it."
)
@click.option(
    "--without",
    multiple=True,
    metavar="STACK",
    envvar="AMLOPS_WITHOUT",
    help="What was left out already, since it failed.",
)
@json_option
def command(tried: str, without: tuple[str, ...], as_json: bool) -> None:
    """Start the next wave, without the stacks that failed and what waits for them, and the rollouts that may begin.

    It is the last job of the workflow `apply`, and is harmless when run again.
    """
    github, run = GitHub.of(os.environ), Run.of(os.environ)
    if github is None:
        raise AmlopsError("this is no job of GitHub's: no repository, no token; run `amlops apply STACK`", exit_code=2)
    repo, git = Repository.find(), open_git(Repository.find().root, os.environ)

    def rollout(stack: str) -> None:
        github.runs.dispatch(ROLLOUT, {"stack": stack})

    def now() -> datetime:
        return github.now().astimezone(UTC)

    found = hand_on(
        git,
        Declared(repo),
        Watch(repo, git, now, lives_of(run, github), rollout),
        lambda out: github.runs.dispatch(APPLY, {"without": " ".join(out)}),
        tried=_tried(tried),
        without=without,
        asking=github.runs.asking(APPLY),
    )
    text = _text(found)
    if run is not None:
        run.summarise(text)
    give(found.as_dict(), text, as_json=as_json)


def _tried(text: str) -> dict[str, str | None]:
    """The commit that each stack had been applied from, None where it never was."""
    try:
        return {str(stack): commit and str(commit) for stack, commit in json.loads(text).items()}
    except (ValueError, AttributeError):
        raise AmlopsError("--tried: this is no `tried` of `amlops stacks --matrix`", exit_code=2) from None


def _text(found: HandedOn) -> str:
    lines = [f"{stack}: not applied; its own job says why" for stack in found.failed]
    lines += [f"{stack}: another run applied it meanwhile; it is worked out anew" for stack in found.again]
    lines += [f"{stack}: another run waits for its reviewer" for stack in found.asked]
    lines += [f"{stack}: waits for {by}" for stack, by in found.held.items()]
    lines += [f"next wave: {', '.join(found.next)}"] if found.next else ["no wave follows"]
    lines += [f"{item.stack}: rollout {item.state}: {item.why}" for item in found.rollouts]
    return "\n".join(f"- {line}" for line in lines)
