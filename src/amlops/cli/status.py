"""`amlops status ENVIRONMENT`: what is there, as Pulumi and the cloud have it."""

from __future__ import annotations

import os
from typing import Any

import click

from amlops.config import Environment, Repository, load_environment
from amlops.local_azure import LocalAzure
from amlops.progress import Progress, progress
from amlops.releases import load_stage
from amlops.stacks import Engine, StackName, state_variables
from amlops.workflows.session import STAND_IN, Session, open_session
from amlops.workflows.targets import stacks_of

from .options import environment_argument, json_option
from .output import give


@click.command("status")
@environment_argument
@json_option
def command(environment: str, as_json: bool) -> None:
    """Show ENVIRONMENT's stacks, its endpoints with their traffic, and the releases of its stages."""
    repo, told = Repository.find(), progress()
    found = load_environment(repo, environment)
    _, stacks = stacks_of(repo, environment)
    session = _session(repo, found, told)
    if session is None:
        known = Engine(repo, state_variables(repo, found, os.environ), told).stacks()
    else:
        known = session.known(stacks)
    deployments = [_deployment(repo, found, stack, session) for stack in stacks if stack.kind == "deployment"]
    result = {
        "environment": environment,
        "local_azure": (session is not None) if found.is_local else None,
        "stacks": [{"name": stack.text, "resources": known.get(stack.text)} for stack in stacks],
        "deployments": deployments,
    }
    give(result, _text(result), as_json=as_json)


def _session(repo: Repository, environment: Environment, told: Progress) -> Session | None:
    """None where the local Azure, which would be asked, does not run."""
    if environment.is_local and not os.environ.get(STAND_IN) and LocalAzure(repo.azure_home).status() is None:
        return None
    return open_session(repo, environment, told, start=False)


def _deployment(
    repo: Repository, environment: Environment, stack: StackName, session: Session | None
) -> dict[str, Any]:
    from amlops.rollout import read_endpoint
    from amlops.rollout.standing import standing

    assert stack.deployment is not None
    stage = load_stage(repo, stack.deployment, environment.name)
    live = read_endpoint(session.endpoint(stack.deployment)) if session is not None else None
    endpoint = None
    if live is not None:
        endpoint = {
            "name": live.name,
            "state": live.state,
            "url": live.scoring_uri,
            "traffic": dict(live.traffic),
            "mirror_traffic": dict(live.mirror_traffic),
            "deployments": [
                {"name": item.name, "state": item.state, "instances": item.instances, "release": item.release}
                for item in live.deployments
            ],
        }
    roles = {"current": stage.current, "candidate": stage.candidate, "previous": stage.previous}
    return {
        "deployment": stack.deployment,
        "stage": {**roles, "rejected": list(stage.rejected)},
        "endpoint": endpoint,
        "rollout": standing(live, stage),
    }


def _text(result: dict[str, Any]) -> str:
    lines = []
    if result["local_azure"] is not None:
        lines.append(f"local Azure: {'runs' if result['local_azure'] else 'does not run'}")
    lines.append("stacks:")
    for stack in result["stacks"]:
        count = stack["resources"]
        lines.append(f"  {stack['name']:40} {'never brought up' if count is None else f'{count} resources'}")
    for item in result["deployments"]:
        lines.append(f"{item['deployment']}:")
        roles = [f"{role} {id}" for role, id in item["stage"].items() if id and role != "rejected"]
        lines.append(f"  releases   {', '.join(roles) or 'none'}")
        endpoint = item["endpoint"]
        if endpoint is None:
            lines.append("  endpoint   none")
            continue
        lines.append(f"  endpoint   {endpoint['name']} ({endpoint['state']}) {endpoint['url']}")
        split = ", ".join(f"{name} {percent} %" for name, percent in endpoint["traffic"].items())
        lines.append(f"  traffic    {split or 'none'}")
        if item["rollout"]:
            lines.append(f"  rollout    {item['rollout']}")
        for served in endpoint["deployments"]:
            instances = f"{served['instances']} instances" if served["instances"] != 1 else "1 instance"
            lines.append(f"  deployment {served['name']} ({served['state']}, {instances}, release {served['release']})")
    return "\n".join(lines)
