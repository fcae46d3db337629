"""One story, only through git and the workflows: a change of training code goes from a branch to prod."""

from __future__ import annotations

import time
from datetime import timedelta

from .agreement import assert_agreed
from .client import RATE
from .company import DEPLOYMENT, FOLDER, faster, late_metrics, merge, open_window, serving, traffic, users
from .leaks import require_no_leaks
from .promoting import PROMOTE, compared, lines, looked, step_of
from .world import World, told

TRAIN = f"{FOLDER}/job.yml"
STEPS = {"dev": ["100 %"], "staging": ["100 %"], "prod": ["a mirror of 10 %", "10 %", "50 %", "100 %"]}
"""As the sample's about.yaml has them."""
QUARTER = timedelta(minutes=16)
"""Longer than the time between two looks of `promote`."""


def _waits_for_its_soak(world: World, title: str, reason: str) -> None:
    """A look before its time: nothing of the step fails, and it waits for the soak."""
    run = looked(world)
    step = step_of(run, title)
    assert step.startswith("[wait]"), told(run)
    assert [line for line in lines(step) if line.startswith(f"… soak {reason}")], step


def _promote(world: World, environment: str, release: str, *, tries: int = 3) -> None:
    """Lets `promote` look until the release has come into the stage of an environment. Time starts nothing else in this
    story: drift and the watchdog have tests of their own."""
    for _ in range(tries):
        stage = world.stage(DEPLOYMENT, environment)
        if release in (stage.get("current"), stage.get("candidate")):
            return
        world.advance(QUARTER.total_seconds(), PROMOTE)
        world.settle()
    raise AssertionError(told(world.last("promote.yml")))


def test_from_a_branch_to_prod(deployed: World) -> None:
    """Pull request, plan with rehearsal in one comment, merge, trained and released, dev, gates, staging, soak, prod's
    canary under 20 requests a second with metrics three minutes late, current, and the old one retired after its soak.
    No request fails, each deployment answers at least 50; evidence and a plot are there, and no secret anywhere."""
    world = deployed
    late_metrics(world)
    old = world.stage(DEPLOYMENT, "prod")["current"]
    client = users(world, "prod")
    with client.asking():
        changed = world.alice.read(TRAIN).replace("alpha: 1.0", "alpha: 2.0")
        number = merge(world, "penalty", {TRAIN: changed}, "feat: a larger penalty", planned=True)
        (comment,) = world.comments(number)
        assert "rehearsed" in comment
        world.settle()
        new = world.stage(DEPLOYMENT, "dev")["current"]
        assert new != old, told(world.last("release.yml"))

        _waits_for_its_soak(world, f"promote: {DEPLOYMENT} {new} to staging", f"{new} soaks in dev until")
        world.advance(timedelta(minutes=11).total_seconds(), PROMOTE)
        world.settle()
        _promote(world, "staging", new)
        assert world.stage(DEPLOYMENT, "staging")["current"] == new, told(world.last("rollout.yml"))
        steps = [step_of(run, f"promote: {DEPLOYMENT} {new} to staging") for run in world.runs.of(PROMOTE)]
        (passed,) = [step for step in steps if step.startswith("[pass]")]
        assert compared(world, new, old) in lines(passed)
        _waits_for_its_soak(world, f"promote: {DEPLOYMENT} {new} to prod", f"{new} soaks in staging until")

        now = world.hub.clock.now()
        world.advance((open_window(now + timedelta(hours=5)) - now).total_seconds(), PROMOTE)
        for _ in range(3):
            if _canary(world):
                break
            world.advance(QUARTER.total_seconds(), PROMOTE)
        run = world.begun("rollout.yml", "rollout", "prod-")
        with faster(world, 20):
            run.ended.wait(240)
        world.settle()
        assert world.stage(DEPLOYMENT, "prod")["current"] == new, told(run)
        client.wait(60)
    assert client.failed == []
    assert client.achieved >= RATE / 2
    assert client.by_deployment[f"r-{old}"] >= 50
    assert client.by_deployment[f"r-{new}"] >= 50
    assert world.stage(DEPLOYMENT, "prod")["previous"] == old
    assert traffic(world, "prod") == {f"r-{new}": 100}
    for environment in ("dev", "staging", "prod"):
        written = world.evidence(f"deployments/{DEPLOYMENT}/{new}/rollout-{environment}.json")
        assert written is not None, environment
        assert [step["step"] for step in written["steps"]] == STEPS[environment]
    assert world.evidence(f"deployments/{DEPLOYMENT}/{new}/evaluation.json") is not None
    plot = world.hub.remote.read("refs/heads/evidence", f"deployments/{DEPLOYMENT}/{new}/rollout-prod.svg")
    assert plot is not None
    _waits_for_its_soak(world, f"retire: {DEPLOYMENT} {old} leaves prod", f"{new} soaks in prod until")

    now = world.hub.clock.now()
    world.advance((open_window(now + timedelta(days=2)) - now).total_seconds(), PROMOTE)
    world.settle()
    for _ in range(3):
        if not world.stage(DEPLOYMENT, "prod").get("previous"):
            break
        world.advance(QUARTER.total_seconds(), PROMOTE)
        world.settle()
    assert not world.stage(DEPLOYMENT, "prod").get("previous"), told(world.last("promote.yml"))
    assert serving(world, "prod") == {f"r-{new}"}
    assert_agreed(world)
    require_no_leaks(world, "dev", "staging", "prod")


def _canary(world: World) -> bool:
    """Waits until prod's rollout goes on; False where all runs end without it."""
    while any(run.active and not run.waiting_for for run in world.runs.all):
        legs = [leg for run in world.runs.of("rollout.yml") if run.active for leg in run.legs.values()]
        if ("rollout", True) in {(leg.job, leg.environment.startswith("prod-")) for leg in legs}:
            return True
        time.sleep(0.1)
    return False
