"""`amlops policy [STACK …]`: whether what git declares keeps the company's rules."""

from __future__ import annotations

import click

from amlops.config import Repository
from amlops.errors import AmlopsError
from amlops.progress import progress
from amlops.workflows.plan.policy import Judged, judge, today

from .options import json_option, stacks_argument
from .output import give


@click.command("policy")
@stacks_argument
@click.option("--all", "everything", is_flag=True, help="Every stack of every environment; so is naming none.")
@json_option
def command(stacks: tuple[str, ...], everything: bool, as_json: bool) -> int:
    """Judge what stacks declare by the rules, from git alone: no cloud, no credential. An environment means all its
    stacks.

    Rules, their severities and how to except a finding are described in docs/reference/policy.md. Ends with 2 where a
    finding of severity error is not excepted.
    """
    if everything and stacks:
        raise AmlopsError("name stacks, or say --all; not both", exit_code=2)
    repo, told = Repository.find(), progress()
    with told.step("running the programs without a cloud"):
        judged = judge(repo, stacks, today())
    give(
        {"stacks": dict(judged.resources), "findings": [finding.as_dict() for finding in judged.findings]},
        _text(judged),
        as_json=as_json,
    )
    return 2 if judged.stops else 0


def _text(judged: Judged) -> str:
    lines = [f"{'excepted' if one.excepted_by else one.severity:8}  {one}" for one in judged.findings]
    counts = {
        "errors": sum(one.stops for one in judged.findings),
        "warnings": sum(one.severity == "warning" and not one.excepted_by for one in judged.findings),
        "excepted": sum(one.excepted_by is not None for one in judged.findings),
    }
    resources = sum(judged.resources.values())
    counted = ", ".join(f"{number} {name}" for name, number in counts.items())
    return "\n".join([*lines, f"{resources} resources of {len(judged.resources)} stacks: {counted}"])
