"""What a merge changes is trained, measured and released by the workflows, and goes on from dev when it has soaked."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from ruamel.yaml import YAML

from amlops.config import Names, Repository, load_environment
from amlops.workflows.release.alarm import BREACHED, TAG
from tests.contract.jobs.workspace import Workspace
from tests.support import canary
from tests.unit.amlops.releases.test_base_image import ONE, registry

from .agreement import assert_agreed
from .company import DEPLOYMENT, FOLDER, merge
from .github.run import Run
from .leaks import LONGEST, leaks, places, secrets
from .seed import REPOSITORY
from .world import World, told

ALARM = f"deployments/{DEPLOYMENT}/alarm.json"
GROUP = f"release-{DEPLOYMENT}"
HOUR = timedelta(hours=1)
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
    assert world.hub.remote.git("log", "--format=%an: %s", "--patch", f"{head}..main") == "", told(run)
    assert "main has it so already" in run.log
    assert_agreed(world)


def test_a_merge_whose_run_never_has_its_turn_is_released(deployed: World) -> None:
    """While one merge is being trained, the run of the next one waits and gives way to the hourly one, which releases
    what that was to release. Nothing is left for the hour after."""
    world = deployed
    job = f"{FOLDER}/job.yml"
    text = world.alice.read(job)
    slow = text.replace("alpha: 1.0", "alpha: 30.0").replace("  python train.py", "  sleep 25 && python train.py")
    merge(world, "slow", {job: slow}, "feat: a larger penalty")
    first = world.begun("release.yml", "release")
    merge(world, "quick", {job: text.replace("alpha: 1.0", "alpha: 20.0")}, "feat: a smaller one")
    second = _until_it_waits(world, world.last("release.yml"))
    hourly = _until_it_waits(world, _tick(world))
    assert first.active
    world.settle()
    assert (first.conclusion, hourly.conclusion) == ("success", "success"), told(hourly)
    assert second.conclusion != "success", told(second)
    assert [leg.split("-")[1] for leg in world.runs.groups.order[GROUP]] == [str(first.id), str(hourly.id)]
    why = f"Changed: {job}."
    made = world.hub.remote.git("log", "-2", "--format=%an: %b", "main", "--", f"{FOLDER}/releases").splitlines()
    assert list(filter(None, made)) == [f"amlops: {why}"] * 2
    tried = world.evidence(f"deployments/{DEPLOYMENT}/tried.json")
    assert tried is not None
    assert (tried["commit"], tried["failed"]) == (hourly.commit, False)
    assert tried["release"] in world.stage(DEPLOYMENT, "dev").values()
    again = _tick(world)
    world.settle()
    assert again.jobs == {"release/due": "success"}, told(again)
    assert_agreed(world)


def test_an_image_is_built_anew_by_hand(deployed: World) -> None:
    """Somebody starts the workflow with the deployment's name: the same code and model with the base image of now come
    into dev, measured. Nothing is trained, and what was last tried stays so."""
    world = deployed
    manifest = f"{FOLDER}/deployment.yml"
    text = world.alice.read(manifest)
    image = YAML(typ="safe").load(text)["environment"]["image"]
    with registry() as name:
        merge(world, "image", {manifest: text.replace(image, f"{name}/azureml/base:1")}, "feat: another base image")
        world.settle()
        kept = {path: world.evidence(f"deployments/{DEPLOYMENT}/{path}.json") for path in ("tried", "training")}
        before = world.stage(DEPLOYMENT, "dev")["current"]
        world.alice.dispatch("release.yml", deployment=DEPLOYMENT, rebuild="true")
        world.settle()
    run = world.last("release.yml")
    assert run.conclusion == "success", told(run)
    made = world.stage(DEPLOYMENT, "dev")["current"]
    assert made != before, told(run)
    old, new = (_lock(world, release) for release in (before, made))
    (differing,) = [asset for asset in new["assets"] if asset not in old["assets"]]
    assert (differing["kind"], differing["source"]) == ("environment", f"{name}/azureml/base:1@{ONE}")
    measured = world.evidence(f"deployments/{DEPLOYMENT}/{made}/evaluation.json")
    assert measured is not None
    assert measured["training_job"] == old["provenance"]["job"]
    assert kept == {path: world.evidence(f"deployments/{DEPLOYMENT}/{path}.json") for path in kept}
    assert_agreed(world)


def test_an_alarm_where_users_are_asks_for_a_training(deployed: World) -> None:
    """The hourly run asks the monitor in prod as the team there, and keeps its alarm; the next one trains. Another one
    whose name begins the same raised an alarm before, which asked for nothing."""
    world = deployed
    about = f"{FOLDER}/about.yaml"
    asks = "retraining:\n  monitor: drift\n  quiet: PT0M\n"
    merge(world, "monitor", {about: world.alice.read(about) + asks}, "feat: train again when data drift")
    world.settle()
    jobs = {"release/due": "success", "release/alarms (diabetes-progression)": "success"}
    _raise(world, "drift-prod")
    assert _ticked(world).jobs == jobs
    assert world.evidence(ALARM) is None
    raised = _raise(world, "drift")
    run = _ticked(world)
    assert run.jobs == jobs, told(run)
    found = world.evidence(ALARM)
    assert found is not None
    assert (found["job"], found["environment"], found["written"]["run"]) == (raised, "prod", run.id)
    again = _ticked(world)
    assert again.jobs == {"release/due": "success", "release/release (diabetes-progression)": "success"}, told(again)
    trained = world.evidence(f"deployments/{DEPLOYMENT}/training.json")
    assert trained is not None
    assert (trained["reason"], raised in trained["why"]) == ("monitor", True)
    assert _ticked(world).jobs == jobs
    assert_agreed(world)


def _lock(world: World, release: str) -> dict[str, Any]:
    return dict(YAML(typ="safe").load(world.alice.read(f"{FOLDER}/releases/{release}.yaml")))


def _raise(world: World, monitor: str) -> str:
    """A run of a monitor in prod that finds something; its name."""
    assert world.cloud is not None
    prod = load_environment(Repository(REPOSITORY), "prod")
    group = f"/subscriptions/{prod.subscription_id}/resourceGroups/{Names(prod).resource_group}"
    id = f"{group}/providers/Microsoft.MachineLearningServices/workspaces/{Names(prod).workspace}"
    place = Workspace(world.cloud.in_subscription(prod.subscription_id), id)
    said = {"displayName": f"{monitor}-20261201T080000Z", "tags": {TAG: f"drift {BREACHED}"}}
    return place.submit("true", **said)


def _ticked(world: World) -> Run:
    run = _tick(world)
    world.settle()
    return run


def _tick(world: World) -> Run:
    """The run of the next full hour, though no clock moves: tokens of the runs that go on stay valid."""
    now = world.hub.clock.now()
    (run,) = world.runs.schedule(now, now + HOUR, ("release.yml",))
    return run


def _until_it_waits(world: World, run: Run, seconds: float = 60.0) -> Run:
    """The run, once a job of it waits in the deployment's group. Raises AssertionError."""
    until = time.monotonic() + seconds
    while (waiting := world.runs.groups.waiting(GROUP)) not in run.legs:
        assert run.active and time.monotonic() < until, f"{waiting} waits: {told(run)}"
        time.sleep(0.05)
    return run
