"""A candidate takes over by and by, and what fails goes back; users notice neither."""

from __future__ import annotations

import pytest

from .company import FOLDER, faster, merge, release, serving, stage_file, traffic, users
from .world import World, told

PROD = "prod"
LATER = """

_well, _asked = run, [0]


def run(body: str) -> object:
    _asked[0] += 1
    if _asked[0] > 80:
        {what}
    return _well(body)
"""
"""A model that passes its smoke test and the mirror, and then does `what`."""
FAILS = 'raise RuntimeError("this model is broken")'
SLOW = "__import__('time').sleep(0.4)"


def _candidate(world: World, changes: dict[str, str]) -> tuple[str, str]:
    """A release of changed files, offered to prod beside what runs there: (old, new)."""
    assert world.cloud is not None
    world.cloud.control("POST", "metrics", {"lateSeconds": 180})
    old = world.stage("diabetes-progression", PROD)["current"]
    world.alice.git("fetch", "-q", "origin")
    world.alice.git("checkout", "-q", "-B", "second", "origin/main")
    for path, text in changes.items():
        (world.alice.folder / path).write_text(text)
    new, file = release(world)
    stage = {stage_file(PROD): f'current: "{old}"\ncandidate: "{new}"\n'}
    world.alice.git("checkout", "-q", ".")
    merge(world, "second", {**changes, **file, **stage}, "feat: the second release")
    return str(old), new


def _roll_out(world: World) -> None:
    """Until the rollout of prod has ended; a minute of Azure's goes by in three seconds."""
    run = world.begun("rollout.yml", "rollout", "prod-")
    with faster(world, 20):
        run.ended.wait(240)
    world.settle()


def test_a_good_candidate_takes_over(deployed: World) -> None:
    """Under 20 requests a second, metrics three minutes late: mirrored, 10, 50, 100 %. No request fails, both answer
    at least 50; git says current and previous, ARM has the traffic there, evidence and a plot say why."""
    world = deployed
    manifest = f"{FOLDER}/deployment.yml"
    changed = world.alice.read(manifest) + "environment_variables:\n  ROUND: two\n"
    client = users(world, PROD)
    with client.asking():
        old, new = _candidate(world, {manifest: changed})
        _roll_out(world)
        client.wait(60)
    run = world.last("rollout.yml")
    assert run.conclusion == "success", told(run)
    assert client.failed == [], told(run)
    assert client.by_deployment[f"r-{old}"] >= 50
    assert client.by_deployment[f"r-{new}"] >= 50
    stage = world.stage("diabetes-progression", PROD)
    assert (stage["current"], stage["previous"]) == (new, old)
    assert traffic(world, PROD) == {f"r-{new}": 100}
    written = world.evidence(f"deployments/diabetes-progression/{new}/rollout-prod.json")
    assert written is not None
    assert written["verdict"] == "healthy"
    plot = world.hub.remote.read("evidence", f"deployments/diabetes-progression/{new}/rollout-prod.svg")
    assert plot is not None
    assert plot.startswith("<svg")


@pytest.mark.parametrize(("what", "errors"), [(FAILS, True), (SLOW, False)], ids=["fails", "slow"])
def test_a_bad_candidate_goes_back(deployed: World, what: str, errors: bool) -> None:
    """It answers 500, or slowly, once it is asked in earnest: the old one has all traffic again, git says rejected, and
    no error happened outside the candidate's share."""
    world = deployed
    score = f"{FOLDER}/scoring/score.py"
    client = users(world, PROD)
    with client.asking():
        old, new = _candidate(world, {score: world.alice.read(score) + LATER.format(what=what)})
        _roll_out(world)
        ended = client.now
        client.wait(60)
    assert all(answer.deployment == f"r-{new}" for answer in client.failed), client.failed[:3]
    assert not [answer for answer in client.failed if answer.sent > ended]
    assert errors or client.failed == []
    stage = world.stage("diabetes-progression", PROD)
    assert stage["current"] == old
    assert stage["rejected"] == [new]
    assert traffic(world, PROD) == {f"r-{old}": 100}
    assert f"r-{old}" in serving(world, PROD)
    written = world.evidence(f"deployments/diabetes-progression/{new}/rollout-prod.json")
    assert written is not None
    assert written["verdict"] != "healthy"


def test_too_few_requests_decide_nothing(deployed: World) -> None:
    """Nobody asks: the rollout says that it waits, and neither side wins; it is still there when people come."""
    world = deployed
    manifest = f"{FOLDER}/deployment.yml"
    changed = world.alice.read(manifest) + "environment_variables:\n  ROUND: two\n"
    old, new = _candidate(world, {manifest: changed})
    run = world.begun("rollout.yml", "rollout", "prod-")
    with faster(world, 20):
        assert not run.ended.wait(25)
        stage = world.stage("diabetes-progression", PROD)
        assert (stage["current"], stage["candidate"]) == (old, new)
        client = users(world, PROD)
        with client.asking():
            run.ended.wait(240)
    world.settle()
    assert world.stage("diabetes-progression", PROD)["current"] == new, told(run)
    assert client.failed == []
