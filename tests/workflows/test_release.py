"""What a merge changes is trained, measured and released by the workflows, and goes on from dev when it has soaked."""

from __future__ import annotations

from tests.support import canary

from .agreement import assert_agreed
from .company import DEPLOYMENT, FOLDER, merge
from .leaks import LONGEST, leaks, places, secrets
from .world import World, told

SOAK = 16 * 60
"""Seconds: dev asks for ten minutes, and promotion looks every fifteen."""


def test_a_change_of_training_is_released_and_goes_on(deployed: World) -> None:
    """Merged, it is trained in dev, evaluated by the platform's own program, published, committed by the App and rolled
    out in dev; a pull request brings it into staging once its gates pass. Nothing of it is in prod.

    What all that left holds no secret in any form: the last lines plant one, which is found.
    """
    world = deployed
    before = {name: world.stage(DEPLOYMENT, name)["current"] for name in ("dev", "staging", "prod")}
    job = f"{FOLDER}/job.yml"
    merge(world, "penalty", {job: world.alice.read(job).replace("alpha: 1.0", "alpha: 30.0")}, "feat: a larger penalty")
    world.settle()
    run = world.last("release.yml")
    assert run.conclusion == "success", told(run)
    dev = world.stage(DEPLOYMENT, "dev")
    new = dev["current"]
    assert (dev["previous"], new != before["dev"]) == (before["dev"], True), dev
    measured = world.evidence(f"deployments/{DEPLOYMENT}/{new}/evaluation.json")
    assert measured is not None
    assert measured["metrics"]["rmse"] < 58
    assert set(measured["by_group"]) == {"sex", "age"}
    assert measured["by_group"]["sex"]["1"]["rows"] == 59
    assert measured["explanation"]["inputs"]["bmi"] > 1
    assert [item["name"] for item in measured["inputs"]] == ["age", "sex", "bmi", "bp", *(f"s{n}" for n in range(1, 7))]
    assert all(item["required"] and item["type"] == "double" for item in measured["inputs"])
    assert measured["extra_inputs"] == "refused"
    assert measured["reported"]["rmse_sex_1"] > 0
    assert measured["written"]["run"] == run.id
    assert world.hub.remote.git("log", "-1", "--format=%an", "main", "--", f"{FOLDER}/releases/{new}.yaml") == "amlops"
    assert world.stage(DEPLOYMENT, "staging")["current"] == before["staging"]

    world.advance(SOAK)
    world.settle()
    promote = world.last("promote.yml")
    assert promote.conclusion == "success", told(promote)
    pulls = {issue.pull.head: issue for issue in world.hub.issues.values() if issue.pull}
    branch = f"promote/{DEPLOYMENT}/staging/{new}"
    assert branch in pulls, promote.log[-4000:]
    assert pulls[branch].pull is not None
    assert pulls[branch].pull.merged_by == "amlops[bot]", promote.log[-4000:]
    staging = world.stage(DEPLOYMENT, "staging")
    assert new in (staging["current"], staging["candidate"])
    assert world.stage(DEPLOYMENT, "prod") == {**world.stage(DEPLOYMENT, "prod"), "current": before["prod"]}
    assert_agreed(world)

    wanted = secrets(world, "dev", "staging", "prod")
    assert leaks(places(world), wanted) == []
    secret, name = next(iter(wanted.items()))
    summary = f"{run} summary"
    for form in canary.forms(secret[:LONGEST]).values():
        run.summary = f"planted {form.decode('latin-1')}"
        planted = ((place, content) for place, content in places(world) if place == summary)
        assert leaks(planted, wanted) == [f"{summary}: {name}"]


def test_nothing_that_changes_no_behaviour_is_released(deployed: World) -> None:
    """A word in the documentation of a deployment, or in a comment of its manifest, makes no commit."""
    world = deployed
    before = world.stage(DEPLOYMENT, "dev")
    manifest = f"{FOLDER}/deployment.yml"
    merge(world, "comment", {manifest: "# the same\n" + world.alice.read(manifest)}, "docs: a comment")
    head = world.hub.remote.git("rev-parse", "main")
    world.settle()
    run = world.last("release.yml")
    assert run.conclusion == "success", told(run)
    assert world.stage(DEPLOYMENT, "dev") == before
    assert world.hub.remote.git("rev-parse", "main") == head
    assert "main has it so already" in run.log
    assert_agreed(world)
