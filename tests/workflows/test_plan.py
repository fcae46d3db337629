"""A pull request: planned and rehearsed without a credential, told in one comment."""

from __future__ import annotations

from urllib.error import HTTPError

import pytest

from .company import merge
from .developer import Developer
from .seed import REPOSITORY, RULESET
from .world import World, told

DEV = "environments/dev.yaml"


def _tagged(world: World, value: str) -> dict[str, str | None]:
    return {DEV: world.alice.read(DEV).replace('cost-center: "4712"', f'cost-center: "{value}"')}


def test_a_pull_request_gets_one_comment(github_only: World) -> None:
    """Opened and pushed to again: planned each time, one comment that follows. Nothing else of GitHub is written."""
    world = github_only
    world.alice.change("tag", _tagged(world, "1"), "feat: another cost centre")
    number = world.alice.open_pull("tag", "Another cost centre")
    world.settle()
    run = world.ended("plan.yml", {"plan": "success", "comment": "success"})
    (first,) = world.comments(number)
    assert "tags.cost-center" in first
    assert "rehearsed" in first
    world.alice.change("tag", {DEV: world.alice.read(DEV) + "# a word\n"}, "docs: a word")
    world.settle()
    assert world.last("plan.yml").id != run.id
    world.ended("plan.yml", {"plan": "success", "comment": "success"})
    (second,) = world.comments(number)
    assert second != first
    by_jobs = [e for e in world.server.rest.exchanges if e.kind == "job" and e.method != "GET"]
    assert [(e.method, e.path.rsplit("/", 2)[-2:][0]) for e in by_jobs] == [
        ("POST", str(number)),
        ("PATCH", "comments"),
    ]


def test_what_a_plan_refuses_comes_to_no_main(github_only: World) -> None:
    """By the ruleset as the repository has it: the plan is awaited, a red one keeps the change from main, and the one
    that it turns green lets it in. A change that touches no stack is planned at once."""
    world = github_only
    merge(world, "rules", {RULESET: (REPOSITORY / RULESET).read_text()}, "ci: plans are awaited")
    before = world.alice.read(DEV)
    larger = before.replace("size: Standard_DS3_v2", "size: Standard_NC96ads_A100_v4")
    assert larger != before
    world.alice.change("larger", {DEV: larger}, "feat: larger nodes")
    number = world.alice.open_pull("larger", "Larger nodes")
    world.bob.approve(number)
    with pytest.raises(HTTPError, match="plan"):
        world.alice.merge(number)
    world.settle()
    world.ended("plan.yml", {"plan": "failure", "comment": "success"})
    (comment,) = world.comments(number)
    assert "vm-size" in comment
    with pytest.raises(HTTPError, match="plan"):
        world.alice.merge(number)
    world.alice.change("larger", {DEV: before, "docs/word.md": "a word\n"}, "docs: a word")
    world.bob.approve(number)
    world.settle()
    world.ended("plan.yml", {"plan": "success", "comment": "success"})
    assert world.alice.merge(number) == world.hub.remote.resolve("main")


def test_a_fork_s_pull_request_is_told_in_the_summary(github_only: World) -> None:
    """Its token may only read: the plan stands in the job's summary, and the run is green all the same."""
    world = github_only
    fork = world.hub.fork("mallory")
    person = world.hub.person("mallory", "read")
    mallory = Developer.at_desk(world.hub, person, world.root / "desks/mallory", fork)
    mallory.change("tag", _tagged(world, "2"), "feat: mine")
    number = mallory.open_pull("tag", "Mine")
    world.settle()
    run = world.ended("plan.yml", {"plan": "success", "comment": "success"})
    assert world.comments(number) == []
    assert "tags.cost-center" in run.summary, told(run)
    assert "fork" in run.summary
