"""Whether Azure, Pulumi's state and git say the same of a deployment, in every environment."""

from __future__ import annotations

import json
import re
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from amlops.config import Names, Repository, load_about, load_environment
from tests.support.storage import blob_service

from .company import DEPLOYMENT, ORDER, serving, traffic
from .seed import REPOSITORY
from .world import World

_SERVED = re.compile(r"/onlineEndpoints/[^/]+/deployments/([^/]+)$", re.IGNORECASE)


def assert_agreed(world: World) -> None:
    """What the stage names is deployed and in the state, nothing else is; the current release has all traffic, but for
    what a candidate has; nothing is pending, and nobody holds a stack. All environments are told at once."""
    wrong = {name: found for name in ORDER if (found := _differences(world, name))}
    assert wrong == {}


def _differences(world: World, environment: str) -> list[str]:
    stage, stack = world.stage(DEPLOYMENT, environment), f"{environment}.{DEPLOYMENT}"
    current, candidate, previous = (stage.get(role) for role in ("current", "candidate", "previous"))
    wanted = {f"r-{release}" for release in (current, candidate, previous) if release}
    deployed = serving(world, environment) if current else set()
    split = traffic(world, environment) if current else {}
    state = _state(world, environment)
    declared = {found[1] for item in state.get("resources", ()) if (found := _SERVED.search(item.get("id", "")))}
    told = []
    if deployed != wanted:
        told.append(f"the stage names {sorted(wanted)}, deployed are {sorted(deployed)}")
    if declared != wanted:
        told.append(f"the stage names {sorted(wanted)}, the state has {sorted(declared)}")
    takers = {f"r-{current}", *([f"r-{candidate}"] if candidate else [])}
    if current and (sum(split.values()) != 100 or not set(split) <= takers):
        told.append(f"the traffic of {sorted(takers)} is {split}")
    if state.get("pending_operations"):
        told.append(f"operations are pending: {state['pending_operations']}")
    if world.hub.remote.resolve(f"refs/leases/{stack}") is not None:
        told.append("somebody holds the stack")
    return told


def _state(world: World, environment: str) -> dict[str, Any]:
    """Pulumi's last checkpoint of the deployment's stack, as the owner of the subscriptions reads it."""
    assert world.cloud is not None
    repo = Repository(REPOSITORY)
    names = Names(load_environment(repo, environment))
    container = names.realm(load_about(repo, DEPLOYMENT).team)
    with blob_service(world.cloud, names.state_storage, world.cloud.credential()) as account:
        blob = account.get_blob_client(container, f".pulumi/stacks/azureml/{environment}.{DEPLOYMENT}.json")
        try:
            content = json.loads(blob.download_blob().readall())
        except ResourceNotFoundError:
            return {}
    return dict(content["checkpoint"].get("latest") or {})
