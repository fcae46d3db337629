"""`amlops stacks`: which stacks a change touches, and in which order they are applied."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from amlops.applied import applied_commits
from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.git import Git
from amlops.github import GitHub, Run, open_git
from amlops.stacks import parse_stack
from amlops.stacks.behind import behind
from amlops.stacks.declared import Declared
from amlops.stacks.touched import Reason, Touched, touched
from amlops.stacks.waves import Waves, matrix, waves
from amlops.stacks.waves import realms as realms_of
from amlops.workflows.apply.asked import asked

from .options import _stacks, json_option
from .output import give

APPLY = "apply.yml"
SHOWN = 3
"""Reasons that the tree shows of one stack."""


@click.command("stacks")
@click.argument("named", nargs=-1, metavar="[STACK]...", shell_complete=_stacks)
@click.option("--base", metavar="REV", help="Compare with where the work tree left this branch; default: main.")
@click.option("--applied", is_flag=True, help="Compare each stack with the commit that it was last applied from.")
@click.option("--matrix", "as_matrix", is_flag=True, help="Give the first wave as a matrix of GitHub Actions.")
@click.option("--realms", is_flag=True, help="Give, as a matrix, who keeps the stacks that were ever applied.")
@click.option(
    "--without",
    multiple=True,
    metavar="STACK",
    envvar="AMLOPS_WITHOUT",
    help="Leave it out, and hold back what waits for it.",
)
@json_option
def command(
    named: tuple[str, ...],
    base: str | None,
    applied: bool,
    as_matrix: bool,
    realms: bool,
    without: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show which stacks a change touches, with the path that is the reason, and in which waves they are applied.

    With --matrix, STACK names stacks whose matrix is wanted, whatever changed.
    Without --applied the work tree is compared with where it left the branch --base. In a job of GitHub, --matrix also
    sets the outputs `matrix`, `any` (whether there is something to apply) and `tried` (the commit that each stack was
    last applied from), and leaves out stacks whose reviewer another run asks.
    """
    repo = Repository.find()
    git, declared = open_git(repo.root, os.environ), Declared(repo)
    if named:
        if not as_matrix or applied or base is not None:
            raise AmlopsError("STACK goes with --matrix alone; leave out the rest", exit_code=2)
        stacks = tuple(parse_stack(repo, text)[0] for text in named)
        return _give_matrix(repo, declared, Waves((stacks,), {}), {})
    at: Mapping[str, str] = applied_commits(git) if realms or applied else {}
    if realms:
        return _outputs(realms_of(repo, [one for one in declared.stacks if one.text in at], declared, date.today()))
    waiting: tuple[str, ...] = ()
    if applied:
        if base is not None:
            raise AmlopsError("--base and --applied exclude each other; keep one", exit_code=2)
        found = behind(git, declared, git.head(), at)
        if as_matrix and (github := GitHub.of(os.environ)) is not None:
            waiting = asked(git, repo, declared, found.stacks, git.head(), github.runs.asking(APPLY))
    else:
        found = touched(git.changed(git.merge_base(_base(git, base), "HEAD")), declared)
    order = waves(found, declared, without=without, asked=waiting)
    if as_matrix:
        return _give_matrix(repo, declared, order, at)
    return give(_as_dict(found, order), _text(found, order), as_json=as_json)


def _base(git: Git, named: str | None) -> str:
    tried = (named,) if named else ("origin/main", "main")
    for revision in tried:
        if git.resolve(revision) is not None:
            return revision
    raise AmlopsError(f"{' and '.join(tried)}: no such commit here; name one by --base, or fetch it", exit_code=2)


def _give_matrix(repo: Repository, declared: Declared, order: Waves, at: Mapping[str, str]) -> None:
    first = order.waves[0] if order.waves else ()
    tried = {stack.text: at.get(stack.text) for stack in first}
    _outputs(matrix(repo, first, declared), tried)


def _outputs(found: dict[str, list[dict[str, object]]], tried: Mapping[str, str | None] | None = None) -> None:
    run, text = Run.of(os.environ), json.dumps(found)
    if run is not None:
        run.give("matrix", text)
        run.give("any", "true" if found["include"] else "false")
        run.give("tried", json.dumps(tried or {}))
    click.echo(text)


def _as_dict(found: Touched, order: Waves) -> dict[str, Any]:
    def because(reasons: tuple[Reason, ...]) -> list[dict[str, str]]:
        return [{"path": reason.path, "why": reason.why, "scope": reason.scope} for reason in reasons]

    return {
        "stacks": [
            {"stack": stack.text, "environment": stack.environment, "kind": stack.kind, "because": because(why)}
            for stack, why in found.stacks.items()
        ],
        "rehearse": [{"deployment": name, "because": because(why)} for name, why in found.rehearse.items()],
        "gone": [{"stack": name, "because": because(why)} for name, why in found.gone.items()],
        "nothing": because(found.nothing),
        "waves": [[stack.text for stack in wave] for wave in order.waves],
        "held": [{"stack": stack.text, "by": by} for stack, by in order.held.items()],
    }


def _text(found: Touched, order: Waves) -> str:
    lines: list[str] = []
    environment = ""
    for stack, why in found.stacks.items():
        if stack.environment != environment:
            environment = stack.environment
            lines.append(environment)
        held = f"  (waits for {order.held[stack]})" if stack in order.held else ""
        lines += [f"  {stack}{held}", *_reasons(why)]
    lines += _named("rehearsed, and carried by the next release", found.rehearse)
    lines += _named("gone from git; `amlops destroy` before deletes what they hold", found.gone)
    if found.nothing:
        lines += ["touches no stack", *(f"  {reason}" for reason in found.nothing)]
    for at, wave in enumerate(order.waves, 1):
        names = ", ".join(stack.text for stack in wave[:8]) + (f" and {len(wave) - 8} more" if len(wave) > 8 else "")
        lines.append(f"wave {at}: {names}")
    return "\n".join(lines) or "nothing is touched"


def _named(title: str, found: Mapping[str, tuple[Reason, ...]]) -> list[str]:
    lines = [title] if found else []
    for name, why in found.items():
        lines += [f"  {name}", *_reasons(why)]
    return lines


def _reasons(why: tuple[Reason, ...]) -> list[str]:
    lines = [f"    {reason}" for reason in why[:SHOWN]]
    return [*lines, f"    and {len(why) - SHOWN} more"] if len(why) > SHOWN else lines
