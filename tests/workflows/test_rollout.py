"""A candidate takes over by and by, and what fails goes back; users notice neither."""

from __future__ import annotations

import pytest

from .agreement import assert_agreed
from .client import RATE
from .company import DEPLOYMENT, FOLDER, faster, offer, open_window, serving, stage_file, traffic, users
from .github import Fault
from .world import World, by_owner, said, told

PROD = "prod"
LATER = """

_well, _asked = run, [0]


def run(body: str) -> object:
    _asked[0] += 1
    if _asked[0] > 50:
        {what}
    return _well(body)
"""
"""A model that passes its smoke test and the mirror, and then does `what`: each of prod's two instances counts for
itself, and the mirror needs fifty requests of both."""
FAILS = 'raise RuntimeError("this model is broken")'
SLOW = "__import__('time').sleep(0.4)"
ROUNDS, TRIES = 5, 7
"""How often a run of the rollout tries before it ends, and how often GitHub takes no push."""
WATCH = 11 * 60
"""Seconds: longer than the watchdog's pause."""


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
        old, new = offer(world, PROD, {manifest: changed})
        _roll_out(world)
        client.wait(60)
    run = world.last("rollout.yml")
    assert run.conclusion == "success", told(run)
    assert client.failed == [], told(run)
    assert client.achieved >= RATE / 2
    assert client.by_deployment[f"r-{old}"] >= 50
    assert client.by_deployment[f"r-{new}"] >= 50
    stage = world.stage(DEPLOYMENT, PROD)
    assert (stage["current"], stage["previous"]) == (new, old)
    assert traffic(world, PROD) == {f"r-{new}": 100}
    written = world.evidence(f"deployments/{DEPLOYMENT}/{new}/rollout-prod.json")
    assert written is not None
    assert written["verdict"] == "healthy"
    assert [step["step"] for step in written["steps"]] == ["a mirror of 10 %", "10 %", "50 %", "100 %"]
    plot = world.hub.remote.read("evidence", f"deployments/{DEPLOYMENT}/{new}/rollout-prod.svg")
    assert plot is not None
    assert plot.startswith("<svg")
    assert_agreed(world)


@pytest.mark.parametrize(("what", "errors"), [(FAILS, True), (SLOW, False)], ids=["fails", "slow"])
def test_a_bad_candidate_goes_back(deployed: World, what: str, errors: bool) -> None:
    """It answers 500, or slowly, once it is asked in earnest: it gets its tenth of the requests and no more, then the
    old one has all traffic again, git says rejected, and no error happened outside that tenth."""
    world = deployed
    score = f"{FOLDER}/scoring/score.py"
    client = users(world, PROD)
    with client.asking():
        old, new = offer(world, PROD, {score: world.alice.read(score) + LATER.format(what=what)})
        _roll_out(world)
        ended = client.now
        client.wait(60)
    assert all(answer.deployment == f"r-{new}" for answer in client.failed), client.failed[:3]
    assert not [answer for answer in client.failed if answer.sent > ended]
    assert bool(client.failed) is errors
    assert client.is_within(f"r-{new}", 0.1)
    assert client.achieved >= RATE / 2
    stage = world.stage(DEPLOYMENT, PROD)
    assert stage["current"] == old
    assert stage["rejected"] == [new]
    assert traffic(world, PROD) == {f"r-{old}": 100}
    assert f"r-{old}" in serving(world, PROD)
    written = world.evidence(f"deployments/{DEPLOYMENT}/{new}/rollout-prod.json")
    assert written is not None
    assert written["verdict"] == "rejected"
    assert written["reason"].endswith(", at 10 %"), written["reason"]
    assert_agreed(world)


def test_a_rejected_release_stays_away(deployed: World) -> None:
    """It runs in dev and staging, and fails in prod at its first step; GitHub takes no commit to main just then, so the
    run ends without one, with the old release back. Promotion offers it to nobody meanwhile. The next run, by
    the watchdog or whoever is quicker, writes it to git, by a push whose answer is lost; from then on it is no next
    step, whenever promotion looks."""
    world = deployed
    score = f"{FOLDER}/scoring/score.py"
    client = users(world, PROD)
    with client.asking():
        old, new = offer(world, PROD, {score: world.alice.read(score) + LATER.format(what=FAILS)}, proven=True)
        run = world.begun("rollout.yml", "rollout", "prod-")
        refused = Fault("POST", ".*/git-receive-pack", 503, says=b" refs/heads/main", times=TRIES)
        lost = Fault("POST", ".*/git-receive-pack", 0, says=b" refs/heads/main", after=True)
        world.server.faults += [refused, lost]
        with faster(world, 20):
            run.ended.wait(240)
        assert run.conclusion == "failure", told(run)
        assert refused.times == TRIES - ROUNDS
        assert traffic(world, PROD) == {f"r-{old}": 100}
        assert world.stage(DEPLOYMENT, PROD)["candidate"] == new
        ended = client.now
        world.alice.dispatch("promote.yml")
        world.settle()
        assert _offers(world, new) == []
        world.advance(WATCH, "rollout.yml")
        world.settle()
        assert world.last("rollout.yml").conclusion == "success", told(world.last("rollout.yml"))
        client.wait(60)
    assert world.server.faults == []
    assert all(answer.deployment == f"r-{new}" for answer in client.failed), client.failed[:3]
    assert len(client.failed) > 0
    assert not [answer for answer in client.failed if answer.sent > ended]
    stage = world.stage(DEPLOYMENT, PROD)
    assert (stage["current"], stage.get("candidate"), stage["rejected"]) == (old, None, [new])

    now = world.hub.clock.now()
    world.advance((open_window(now) - now).total_seconds(), "promote.yml")
    world.settle()
    assert world.last("promote.yml").conclusion == "success", told(world.last("promote.yml"))
    assert _offers(world, new) == []
    assert world.stage(DEPLOYMENT, PROD) == stage
    assert _next_steps(world, stage_file(PROD), f'current: "{old}"\n') == [f"promote/{DEPLOYMENT}/{PROD}/{new}"]
    assert_agreed(world)


def _offers(world: World, release: str) -> list[str]:
    """Pull requests, whatever became of them, and steps that any promotion told of, which bring a release into prod."""
    branch, title = f"promote/{DEPLOYMENT}/{PROD}/{release}", f"promote: {DEPLOYMENT} {release} to {PROD}"
    pulls = [issue.title for issue in world.hub.issues.values() if issue.pull and issue.pull.head == branch]
    return pulls + [str(run) for run in world.runs.of("promote.yml") if title in run.log + run.summary]


def _next_steps(world: World, path: str, text: str) -> list[str]:
    """Branches of the steps into prod that promotion would see, were a file of main like this."""
    world.alice.git("fetch", "-q", "origin")
    world.alice.git("checkout", "-q", "-B", "otherwise", "origin/main")
    (world.alice.folder / path).write_text(text)
    world.alice.git("commit", "-qam", "feat: otherwise")
    steps = by_owner(world, "promote", DEPLOYMENT, "--dry-run", "--json")["steps"]
    return [step["branch"] for step in steps if (step["move"], step["environment"]) == ("advance", PROD)]


def test_too_few_requests_decide_nothing(deployed: World) -> None:
    """Nobody asks: the rollout says that it waits, and neither side wins; it is still there when people come."""
    world = deployed
    manifest = f"{FOLDER}/deployment.yml"
    changed = world.alice.read(manifest) + "environment_variables:\n  ROUND: two\n"
    old, new = offer(world, PROD, {manifest: changed})
    run = world.begun("rollout.yml", "rollout", "prod-")
    with faster(world, 20):
        assert not run.ended.wait(25)
        assert "a mirror of 10 %: 0 of 50 requests so far" in said(run)
        stage = world.stage(DEPLOYMENT, PROD)
        assert (stage["current"], stage["candidate"]) == (old, new)
        client = users(world, PROD)
        with client.asking():
            run.ended.wait(240)
    world.settle()
    assert world.stage(DEPLOYMENT, PROD)["current"] == new, told(run)
    assert client.failed == []
    assert_agreed(world)
