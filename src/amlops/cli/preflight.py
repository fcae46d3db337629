"""`amlops preflight STACK`: what Azure would refuse of a plan, without changing anything."""

from __future__ import annotations

import click

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.progress import progress
from amlops.stacks import StackName
from amlops.stacks.preflight import Finding, check, reach, read
from amlops.workflows.session import Session, explaining, open_session
from amlops.workflows.targets import stacks_of

from .options import json_option, stack_argument
from .output import give

REFUSED = 4
"""Exit code where something would be refused."""


@click.command("preflight")
@stack_argument
@json_option
def command(stack: str, as_json: bool) -> int:
    """Show what Azure would refuse of what `amlops apply STACK` would do, without changing anything.

    Quota with room for a second deployment and a fifth in reserve, limits of region and endpoint, names, deleted
    resources that hold one, what is fixed when it is made, missing registrations, rights that are not effective yet.
    Ends with 4 where something would be refused. An environment means all its stacks.
    """
    repo, told = Repository.find(), progress()
    environment, stacks = stacks_of(repo, stack)
    session = open_session(repo, environment, told, start=False)
    found: dict[str, tuple[Finding, ...]] = {}
    unread: dict[str, tuple[str, ...]] = {}
    for one in stacks:
        with told.step(f"preflight of {one}"), explaining(session):
            try:
                found[one.text], unread[one.text] = _of(session.of(one), one)
            except AmlopsError as error:
                if len(stacks) == 1 or error.exit_code != 3:
                    raise
                # of an environment's stacks, those of a realm that this identity does not reach
                found[one.text], unread[one.text] = (), (str(error),)
    stops = any(item.stops for items in found.values() for item in items)
    result = {
        "stacks": [
            {"stack": name, "findings": [item.as_dict() for item in items], "unread": list(unread[name])}
            for name, items in found.items()
        ]
    }
    give(result, "\n".join(_lines(found, unread)), as_json=as_json)
    return REFUSED if stops else 0


def _of(session: Session, stack: StackName) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    denied = check(reach(session.azure, session.environment, stack))
    if denied:
        return denied, ()
    situation = read(session.azure, session.environment, stack, session.engine.preview(stack))
    return check(situation), tuple(f"this identity may not read {path}" for path in situation.said.unread)


def _lines(found: dict[str, tuple[Finding, ...]], unread: dict[str, tuple[str, ...]]) -> list[str]:
    lines = []
    for name, items in found.items():
        nothing = "nothing known would be refused" if unread[name] else "nothing would be refused"
        lines.append(f"{name}: {len(items)} findings" if items else f"{name}: {nothing}")
        lines += [f"  {item.severity}: {item}" for item in items]
        lines += [f"  unknown: {what}" for what in unread[name]]
    return lines
