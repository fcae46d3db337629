"""A rollout that outlives its run, or whose run dies, goes on in the next one; what it brought can be taken back."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.support.how_to import blocks

from .agreement import assert_agreed
from .company import DEPLOYMENT, FOLDER, deployed_in, faster, let_in, merge, offer, traffic, users
from .github.run import Run
from .standing import kill
from .world import World, pasted, said, told

PROD, ROLLOUT = "prod", "rollout.yml"
PATH = f".github/workflows/{ROLLOUT}"
LONG, SHORT = "--max-minutes 40", "--max-minutes 0.25"
WATCH = 11 * 60
"""Seconds: longer than the watchdog's pause."""


def _until(done: Callable[[], bool], seconds: float, world: World) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until, told(world.last(ROLLOUT))
        time.sleep(0.05)


def _die(world: World, run: Run) -> None:
    """The runner of a rollout dies while it holds its stack, which stays held."""
    lease = f"refs/leases/{deployed_in(world, PROD).stack}"
    _until(lambda: world.hub.remote.resolve(lease) is not None, 60, world)
    assert run.process is not None
    kill(run.process)
    assert run.ended.wait(30)
    assert run.conclusion == "failure"
    assert world.hub.remote.resolve(lease) is not None


def _rolled_back(world: World) -> None:
    """As the page has it: the command opens a pull request, which is merged."""
    world.alice.git("fetch", "-q", "origin")
    world.alice.git("checkout", "-q", "-B", "back", "origin/main")
    pasted(world, blocks("roll-back")[0])
    let_in(world, max(issue.number for issue in world.hub.issues.values() if issue.pull))
    world.settle()


def test_a_rollout_is_handed_on_found_when_it_died_and_rolled_back(deployed: World) -> None:
    """Its job may last a few seconds, and nobody asks: it ends well and has the App start the next run. That one is
    killed, and its lease left; the watchdog starts another, which takes the lease over. When people ask, the new
    release becomes current. Rolled back by a pull request, the old one has all traffic, and nobody was answered an
    error."""
    world, stack = deployed, deployed_in(deployed, PROD).stack
    merge(world, "short", {PATH: world.alice.read(PATH).replace(LONG, SHORT)}, "ci: shorter jobs")
    world.settle()
    manifest = f"{FOLDER}/deployment.yml"
    changed = world.alice.read(manifest) + "environment_variables:\n  ROUND: two\n"
    old, new = offer(world, PROD, {manifest: changed})
    first = world.begun(ROLLOUT, "rollout", f"{PROD}-")
    assert first.ended.wait(120)
    assert first.conclusion == "success", told(first)
    assert "Another run goes on." in first.summary
    second = world.begun(ROLLOUT, "rollout", f"{PROD}-")
    assert (second.event, second.actor, second.id != first.id) == ("workflow_dispatch", "amlops[bot]", True)
    _die(world, second)
    before = len(world.runs.of(ROLLOUT))
    world.advance(WATCH, ROLLOUT)
    third = world.begun(ROLLOUT, "rollout", f"{PROD}-")
    watch = world.runs.of(ROLLOUT)[before]
    assert (watch.event, third.actor) == ("schedule", "amlops[bot]")
    client = users(world, PROD)
    with client.asking():
        with faster(world, 20):
            _until(lambda: world.stage(DEPLOYMENT, PROD)["current"] == new, 240, world)
        world.settle()
        assert f"took over the lease of {stack} from" in said(third), told(third)
        assert traffic(world, PROD) == {f"r-{new}": 100}
        assert_agreed(world)

        _rolled_back(world)
        client.wait(20)
    stage = world.stage(DEPLOYMENT, PROD)
    assert (stage["current"], stage["previous"], stage["rejected"]) == (old, new, [new]), told(world.last(ROLLOUT))
    assert traffic(world, PROD) == {f"r-{old}": 100}
    assert client.failed == []
    assert_agreed(world)
