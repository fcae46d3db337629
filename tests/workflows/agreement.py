"""Whether Azure, Pulumi's state and git say the same of a deployment."""

from __future__ import annotations

from amlops.config import Repository
from amlops.git import Git
from amlops.releases import load_stage
from amlops.stacks.lease import lease_ref, read_lease
from amlops.workflows.main_branch import stage_at

from .company import DEPLOYMENT, ORDER, deployed_in
from .deployed import differences
from .seed import REPOSITORY
from .standing import Standing
from .world import World


def assert_agreed(world: World) -> None:
    """In every environment; all are told at once."""
    remote, wrong = world.hub.remote, {}
    for name in ORDER:
        stage = stage_at(Repository(REPOSITORY), Git(remote.path), "main", DEPLOYMENT, name)
        found = deployed_in(world, name)
        held = remote.resolve(lease_ref(found.stack)) is not None
        if told := differences(found, stage, held=held):
            wrong[name] = told
    assert wrong == {}


def assert_standing(found: Standing, environment: str) -> None:
    """In one environment of what stands without GitHub."""
    there = found.deployed(DEPLOYMENT, environment)
    held = read_lease(found.git, there.stack) is not None
    assert differences(there, load_stage(found.repo, DEPLOYMENT, environment), held=held) == []
