"""Somebody made something anew by hand, otherwise than git has it: what git explains as an update would replace it."""

from __future__ import annotations

import re
from typing import Any

from azure.mgmt.loganalytics import LogAnalyticsManagementClient

from amlops.config import Names, Repository, load_environment

from .agreement import assert_agreed
from .company import merge, unharmed
from .seed import REPOSITORY
from .world import World, said, told

ELSEWHERE = "northeurope"
COST_CENTER = "4830"
LATER = "4831"
REFUSED = "replace Workspace logs (because of location): git explains only update Workspace logs (tags.cost-center)"


def _logs(world: World, environment: str) -> tuple[Any, tuple[str, str]]:
    """azure-mgmt-loganalytics as the owner, and (group, Log Analytics workspace)."""
    assert world.cloud is not None
    found = load_environment(Repository(REPOSITORY), environment)
    client = world.cloud.in_subscription(found.subscription_id).client(LogAnalyticsManagementClient)
    return client.workspaces, (Names(found).resource_group, Names(found).log_analytics)


def _make_anew(world: World, environment: str, location: str) -> Any:
    """Deleted, and made again in another region, which can't be changed; gives it as it was."""
    workspaces, where = _logs(world, environment)
    before = workspaces.get(*where)
    workspaces.begin_delete(*where, force=True).result()
    settings = {"sku": {"name": before.sku.name}, "retentionInDays": before.retention_in_days}
    workspaces.begin_create_or_update(
        *where, {"location": location, "tags": dict(before.tags), "properties": settings}
    ).result()
    return before


def _tagged(world: World, *environments: str, value: str) -> dict[str, str | None]:
    paths = [f"environments/{name}.yaml" for name in environments]
    return {path: re.sub(r'cost-center: "\d+"', f'cost-center: "{value}"', world.alice.read(path)) for path in paths}


def test_what_was_made_anew_elsewhere_stops_its_stack_alone(deployed: World) -> None:
    """dev's logs stand in another region now, so the tag that git changes would replace them: dev's apply says so and
    changes nothing. staging, tagged by the same merge, goes on; who asks there or in prod notices nothing. Made as git
    has it, dev is applied by the next merge."""
    world = deployed
    before = _make_anew(world, "dev", ELSEWHERE)
    applied = world.applied("dev")
    with unharmed(world, "staging", "prod"):
        merge(world, "both", _tagged(world, "dev", "staging", value=COST_CENTER), "feat: another cost centre")
        world.settle()
        stopped = world.last("apply.yml", event="push")
        assert stopped.jobs["apply/apply (dev)"] == "failure", told(stopped)
        assert REFUSED in said(stopped), told(stopped)
        assert world.applied("dev") == applied
        workspaces, where = _logs(world, "dev")
        live = workspaces.get(*where)
        assert (live.location, live.tags) == (ELSEWHERE, before.tags)
        ends = {job: end for run in world.runs.of("apply.yml") for job, end in run.jobs.items() if "(staging" in job}
        assert ends["apply/apply (staging)"] == "success", told(world.last("apply.yml"))
        assert set(ends.values()) == {"success"}
        assert world.applied("staging") == world.hub.remote.resolve("main")
        workspaces, where = _logs(world, "staging")
        assert workspaces.get(*where).tags["cost-center"] == COST_CENTER
        assert_agreed(world)

        _make_anew(world, "dev", before.location)
        merge(world, "mended", _tagged(world, "dev", value=LATER), "feat: yet another cost centre")
        world.settle()
    workspaces, where = _logs(world, "dev")
    live = workspaces.get(*where)
    assert (live.location, live.tags["cost-center"]) == (before.location, LATER), told(world.last("apply.yml"))
    assert_agreed(world)
