"""`amlops break-glass`: a signed commit that lets named gates be skipped for a while, and its end."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import click

from amlops.config import Repository
from amlops.config.gates import GateKind
from amlops.config.moments import duration, stamp
from amlops.github import GitHub, open_git
from amlops.workflows.promotion.broken_glass import break_glass, close_glass

from .options import direct_option, json_option, some_deployment_argument
from .output import give


class _Span(click.ParamType[timedelta]):
    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        try:
            found: timedelta = duration(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)
        return found


@click.command("break-glass")
@some_deployment_argument
@click.option("--env", "environment", default="prod", show_default=True, help="The environment that it may enter.")
@click.option("--gate", "gates", multiple=True, type=click.Choice(get_args(GateKind)), help="Skipped; may be repeated.")
@click.option("--reason", required=True, help="Why it can't wait; with --close, what was found.")
@click.option("--for", "span", type=_Span(), default="PT4H", show_default=True, help="How long, at most P3D.")
@click.option("--close", "closed", metavar="NAME", help="Say that somebody looked at this entry.")
@direct_option
@json_option
def command(
    deployment: str | None,
    environment: str,
    gates: tuple[str, ...],
    reason: str,
    span: timedelta,
    closed: str | None,
    direct: bool,
    as_json: bool,
) -> None:
    """Let promotion of DEPLOYMENT skip gates for a while, by a signed commit in your name; or `--close` such an entry.

    The entry stands in environments/break-glass.yaml. It counts only where its commit is signed, and every promotion
    tells of it until somebody closes it.
    """
    if (deployment is None) == (closed is None) or (closed is None and not gates):
        raise click.UsageError("name a DEPLOYMENT with one --gate or more, or an entry by --close")
    repo = Repository.find()
    git, github = open_git(repo.root, os.environ), GitHub.of(os.environ)
    now = github.now() if github else datetime.now(UTC)
    if closed is not None:
        proposed = close_glass(repo, git, github, closed, note=reason, now=now, direct=direct)
        give({"name": closed, **proposed.as_dict()}, f"{closed} is closed: {proposed}", as_json=as_json)
        return
    assert deployment is not None
    name, entry, proposed = break_glass(
        repo,
        git,
        github,
        deployment=deployment,
        environment=environment,
        gates=gates,
        reason=reason,
        span=span,
        now=now,
        direct=direct,
    )
    give(
        {"name": name, "expires": stamp(entry.expires), **proposed.as_dict()},
        f"{name}: {', '.join(gates)} of {deployment} into {environment} until {stamp(entry.expires)}: {proposed}",
        as_json=as_json,
    )
