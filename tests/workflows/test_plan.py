"""A pull request: planned and rehearsed without a credential, told in one comment."""

from __future__ import annotations

from .developer import Developer
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
