"""What somebody changes in Azure without git is told the next night, in an issue that closes when it is over."""

from __future__ import annotations

from .agreement import assert_agreed
from .company import deployed_in, unharmed
from .github.hub import Issue
from .github.run import Run
from .world import World, told

DRIFT = "drift.yml"
DAY = 24 * 3600.0
BY_HAND = "9999"


def _night(world: World, *failed: str) -> Run:
    """The run of the next night, of which exactly these steps failed."""
    world.advance(DAY, DRIFT)
    world.settle()
    run = world.last(DRIFT)
    assert [step for _, step, end in run.steps if end == "failure"] == list(failed), told(run)
    return run


def _issues(world: World) -> list[Issue]:
    return [issue for issue in world.hub.issues.values() if issue.pull is None]


def test_a_change_by_hand_has_an_issue_until_it_is_undone(deployed: World) -> None:
    """Somebody gives dev's endpoint another cost centre: its stack has the one issue that there is, with the property;
    the job of its team fails; a night later still one. Undone, it is closed, and there is none for anything else."""
    world, found = deployed, deployed_in(deployed, "dev")
    with unharmed(world, "dev"):
        tags = dict(found.client.online_endpoints.get(*found.where).tags)
        found.client.online_endpoints.begin_update(*found.where, {"tags": {**tags, "cost-center": BY_HAND}}).result()
        run = _night(world, "amlops drift")
        (opened,) = _issues(world)
        assert (opened.title, opened.state) == (f"Drift: {found.stack}", "open"), told(run)
        assert "cost-center" in opened.body
        assert BY_HAND not in opened.body, "an issue tells no values"
        _night(world, "amlops drift")
        assert [issue.number for issue in _issues(world)] == [opened.number]
        assert opened.state == "open"

        found.client.online_endpoints.begin_update(*found.where, {"tags": tags}).result()
        run = _night(world)
        assert [(issue.number, issue.state) for issue in _issues(world)] == [(opened.number, "closed")], told(run)
    assert_agreed(world)
