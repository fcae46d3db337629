"""The loop from start to end, and from any interruption to the same end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from azure.core.exceptions import ServiceResponseError
from tests.unit.amlops.workflows.rollout.rollout_world import SETTINGS, Killed, Model, World, end_of, fresh

from amlops.errors import AmlopsError
from amlops.releases import Stage
from amlops.rollout.record import Wish
from amlops.workflows.apply.free import free_traffic
from amlops.workflows.rollout import Outcome, roll_out, tell_wish

LONG = 10.0
"""Real minutes, of which a test needs fractions of a second."""

WORLDS = {
    "healthy": World(),
    "fails": World(Model(errors=0.5)),
    "fails at once": World(Model(smoke=False)),
    "slow": World(Model(p95=400)),
    "nobody asks there": World(settings=SETTINGS.model_copy(update={"mirror": 0, "minimum_requests": 0, "bake": 0})),
    "first release": World(stage=Stage(current="R1"), proven=frozenset(), traffic={}),
    "rolled back": World(stage=Stage(current="R1", previous="R2"), traffic={"r-R2": 100}),
}


def run(world: World) -> Outcome:
    return roll_out(world.job(), LONG)


def test_a_healthy_candidate_becomes_current() -> None:
    """Mirror, 10, 50, 100 %; then the stage: R2 current, R1 previous. The end is a sentence."""
    world = World()
    found = run(world)
    assert found == Outcome("prod.wine", False, "healthy on R2; R1 is kept as previous", "healthy", "R2")
    assert world.stage == Stage(current="R2", previous="R1")
    assert [(split, mirror) for _, split, mirror in world.splits[1:]] == [
        ({"r-R1": 100}, {"r-R2": 20}),
        ({"r-R1": 90, "r-R2": 10}, {}),
        ({"r-R1": 50, "r-R2": 50}, {}),
        ({"r-R2": 100}, {}),
    ]
    assert world.asked == ["R2"]
    assert world.endpoint_tags["team"] == "wine"


def test_evidence_tells_each_step() -> None:
    """Requests, failures and latency of both, step by step, from Azure Monitor."""
    world = World()
    run(world)
    evidence = world.evidence["R2"].as_dict()
    assert [step["step"] for step in evidence["steps"]] == ["a mirror of 20 %", "10 %", "50 %", "100 %"]
    for step in evidence["steps"]:
        assert step["candidate"]["requests"] >= SETTINGS.minimum_requests
        assert step["candidate"]["p95_ms"] == 20
    assert evidence["measured"]["candidate"]["errors"] == 0
    assert evidence["measured"]["old"]["requests"] > evidence["steps"][1]["candidate"]["requests"]


def test_each_step_lasts_until_its_minutes_are_known() -> None:
    """Three minutes of bake and four until metrics are complete: no step is shorter."""
    world = World()
    run(world)
    times = [at for at, _, _ in world.splits[1:]]
    assert all(later - earlier >= timedelta(minutes=7) for earlier, later in pairwise(times))


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (Model(errors=0.5), "60 of 120 requests failed (50.0%"),
        (Model(p95=400), "95 % within 400 ms, 20 ms the old one (allowed 30 ms)"),
    ],
)
def test_a_bad_candidate_is_rejected_in_the_mirror(model: Model, reason: str) -> None:
    """No caller ever saw it: it fails on copies of their requests."""
    world = World(model)
    found = run(world)
    assert (found.verdict, found.handed_on) == ("rejected", False)
    assert found.sentence.startswith(f"healthy on R1; R2 rejected because {reason}")
    assert found.sentence.endswith("at a mirror of 20 %")
    assert world.stage == Stage(current="R1", rejected=("R2",))
    assert world.traffic == {"r-R1": 100}
    assert all(split == {"r-R1": 100} for _, split, _ in world.splits)


def test_a_bad_candidate_goes_back_from_its_first_share() -> None:
    """Without a mirror: at 10 %, and never at more."""
    world = World(Model(errors=0.5), settings=SETTINGS.model_copy(update={"mirror": 0}))
    found = run(world)
    assert found.sentence.startswith("healthy on R1; R2 rejected because 30 of 60 requests failed (50.0%")
    assert found.sentence.endswith("at 10 %")
    assert [split for _, split, _ in world.splits[1:]] == [{"r-R1": 90, "r-R2": 10}, {"r-R1": 100}]


def test_too_few_requests_hand_on() -> None:
    """Nothing can be said: the split stays, and the next run waits on."""
    world = World(rate=0.5)
    found = roll_out(world.job(), 0.001)
    assert found.handed_on
    assert "of 50 requests so far" in found.sentence
    assert (world.traffic, world.mirror) == ({"r-R1": 100}, {"r-R2": 20})
    assert world.stage.candidate == "R2"
    again = roll_out(world.job(), 0.001)
    assert again.handed_on
    world.rate = 600
    assert run(world).verdict == "healthy"


@pytest.mark.parametrize("name", WORLDS)
def test_from_any_interruption_to_the_same_end(name: str) -> None:
    """Killed before and after each write, and the next run goes on: ARM, git and evidence end the same."""
    begin = WORLDS[name]
    straight = fresh(begin)
    run(straight)
    assert straight.writes
    for number in range(len(straight.writes)):
        for when in ("kill_before", "kill_after"):
            world = fresh(begin, **{when: number})
            with pytest.raises(Killed):
                run(world)
            world.restart()
            run(world)
            assert end_of(world) == end_of(straight), (when, straight.writes[number])


@pytest.mark.parametrize("name", ["healthy", "fails", "slow"])
def test_killed_at_every_write(name: str) -> None:
    """A runner that dies after each single write, again and again, gets to the same end."""
    straight, world = fresh(WORLDS[name]), fresh(WORLDS[name], kill_after=0)
    run(straight)
    for _ in range(50):
        try:
            run(world)
            break
        except Killed:
            world.kill_after = len(world.writes)
    assert end_of(world) == end_of(straight)
    assert world.writes == straight.writes, "nothing is done twice"


def test_running_it_again_changes_nothing() -> None:
    """At the end there is nothing left to do."""
    for begin in WORLDS.values():
        world = fresh(begin)
        run(world)
        before = list(world.writes)
        again = run(world)
        assert world.writes == before
        assert not again.handed_on
        assert again.verdict is None


@pytest.mark.parametrize("what", ["stage", "evidence", "traffic", "tags"])
def test_a_write_that_fails_at_first(what: str) -> None:
    """Azure or git refuses once: it is tried again."""
    world, left = World(), [1]

    def failing(found: str) -> bool:
        if found.startswith(what) and left[0]:
            left[0] -= 1
            return True
        return False

    world.failing = failing
    assert run(world).verdict == "healthy"
    assert left == [0]


def test_a_rejecting_commit_that_fails_is_made_by_the_next_run() -> None:
    """Until then the tag on the ARM deployment outranks git: the candidate gets no traffic again."""
    world = World(Model(errors=0.5))
    world.failing = lambda found: found.startswith("stage")
    with pytest.raises(AmlopsError, match=r"stage.* is refused"):
        run(world)
    assert (world.traffic, world.mirror) == ({"r-R1": 100}, {})
    assert world.stage.candidate == "R2"
    world.failing = lambda _: False
    world.model = Model()  # even if it would do well now
    assert run(world).verdict == "rejected"
    assert world.stage == Stage(current="R1", rejected=("R2",))
    assert not [split for _, split, _ in world.splits if "r-R2" in split]


def test_it_gives_up_after_some_failures_and_says_why() -> None:
    """A cloud that refuses for good ends the run with its words; the watchdog starts another."""
    world = World()
    world.failing = lambda found: found.startswith("traffic")
    with pytest.raises(AmlopsError, match=r"traffic .* is refused"):
        run(world)


def test_pause_resume_abort() -> None:
    """A person's wishes, told to whatever run goes on: it holds, it goes on, it goes back."""
    world = World()
    assert tell_wish(world.job(), Wish("pause", world.now, "ada", "sale")).endswith("is paused by ada: sale")
    held = roll_out(world.job(), 0.001)
    assert held.handed_on
    assert "paused by ada" in held.sentence
    assert len(world.splits) == 1
    tell_wish(world.job(), Wish("go-on", world.now, "ada"))
    assert roll_out(world.job(), 0.0).handed_on
    assert world.mirror == {"r-R2": 20}
    tell_wish(world.job(), Wish("abort", world.now, "bob", "wrong data"))
    found = run(world)
    assert found.sentence == "healthy on R1; R2 rejected because aborted by bob: wrong data"
    with pytest.raises(AmlopsError, match="nothing is being rolled out"):
        tell_wish(world.job(), Wish("pause", world.now, "ada"))


@pytest.mark.parametrize("failed", [False, True])
def test_it_goes_back_though_nothing_can_be_measured(failed: bool) -> None:
    """Who aborts, and a deployment that failed, wait for no monitor; else the candidate would keep its share."""
    world = World(settings=SETTINGS.model_copy(update={"mirror": 0}))
    assert roll_out(world.job(), 0.0).handed_on
    assert world.traffic == {"r-R1": 90, "r-R2": 10}
    world.blind = True
    with pytest.raises(AmlopsError, match="does not answer"):
        run(world)
    if failed:
        world.states["r-R2"] = "Failed"
    else:
        tell_wish(world.job(), Wish("abort", world.now, "bob"))
    found = run(world)
    why = "its deployment is Failed" if failed else "aborted by bob"
    assert found.sentence == f"healthy on R1; R2 rejected because {why}"
    assert world.traffic == {"r-R1": 100}


def test_traffic_changed_by_hand_is_held_and_resumed() -> None:
    """Somebody gives all traffic back in the portal: the rollout waits, and goes on when it is told to."""
    world = World(settings=SETTINGS.model_copy(update={"mirror": 0}))
    assert roll_out(world.job(), 0.0).handed_on
    assert world.traffic == {"r-R1": 90, "r-R2": 10}
    world.traffic = {"r-R1": 100}
    assert "somebody changed the traffic" in roll_out(world.job(), 0.0).sentence
    assert world.traffic == {"r-R1": 100}
    tell_wish(world.job(), Wish("go-on", world.now, "ada"))
    assert run(world).verdict == "healthy"


def test_lost_tags_are_healed() -> None:
    """An update of the endpoint that forgot the tags: it goes on from the step that is live, and skips none."""
    world = World()
    assert roll_out(world.job(), 0.0).handed_on
    world.endpoint_tags = {"team": "wine"}
    world.tags["r-R2"] = {"release": "R2"}
    assert run(world).verdict == "healthy"
    assert [split.get("r-R2", 0) for _, split, _ in world.splits] == [0, 0, 0, 10, 50, 100]


def test_the_first_release_is_proven_by_its_smoke_test() -> None:
    """There is nothing to compare with; evidence says so, and the stage stays."""
    world = World(stage=Stage(current="R1"), proven=frozenset(), traffic={})
    found = run(world)
    assert world.traffic == {"r-R1": 100}
    assert world.evidence["R1"].as_dict()["old"] is None
    assert found.sentence == "healthy on R1"
    assert world.stage == Stage(current="R1")


def test_one_that_was_put_beside_another_is_not_called_the_first() -> None:
    """A person wrote the stage: that there were requests, and none for it, is for the gates to see."""
    world = World(stage=Stage(current="R2", previous="R1"), traffic={"r-R1": 100})
    assert run(world).sentence == "healthy on R2; R1 is kept as previous"
    assert world.evidence["R2"].as_dict()["old"] == "R1"


def test_a_rollback_moves_the_traffic() -> None:
    """The stage names R1 again while R2 has everything: after R1's smoke test it has it back."""
    world = World(stage=Stage(current="R1", previous="R2", rejected=("R2",)), traffic={"r-R2": 100})
    run(world)
    assert world.traffic == {"r-R1": 100}
    assert world.asked == ["R1"]


def test_a_stage_that_changes_on_the_way_is_followed() -> None:
    """A person takes the candidate out of the stage: its traffic goes back, and nothing is rejected."""
    world = World(settings=SETTINGS.model_copy(update={"mirror": 0}))
    assert roll_out(world.job(), 0.0).handed_on
    world.stage = Stage(current="R1")
    run(world)
    assert world.traffic == {"r-R1": 100}
    assert world.stage == Stage(current="R1")


def test_a_release_brought_back_is_rolled_out_anew() -> None:
    """A person takes it out of `rejected`: smoke test and every step again, with the first rollout forgotten."""
    world = World(Model(p95=400))
    run(world)
    world.stage, world.model = Stage(current="R1", candidate="R2"), Model()
    assert run(world).verdict == "healthy"
    assert world.asked == ["R2", "R2"]
    assert world.stage == Stage(current="R2", previous="R1")


def test_traffic_is_freed_before_an_apply() -> None:
    """A candidate that git gave up can't be deleted while it has traffic; what git names keeps its share."""
    world = World(settings=SETTINGS.model_copy(update={"mirror": 0}))
    roll_out(world.job(), 0.0)
    place = world.job().place
    assert free_traffic(place, Stage(current="R1", candidate="R2")) == ()
    assert world.traffic == {"r-R1": 90, "r-R2": 10}
    assert free_traffic(place, Stage(current="R1")) == ("r-R2",)
    assert world.traffic == {"r-R1": 100}
    assert free_traffic(place, Stage(current="R1")) == ()
    assert free_traffic(place, Stage()) == ()
    with pytest.raises(AmlopsError, match=r"r-R1 of e has traffic and is in no stage, and r-R3 is not there"):
        free_traffic(place, Stage(current="R3"))


def test_without_its_lease_it_writes_nothing() -> None:
    """Somebody else took the stack over: the run ends before its next write, with exit code 5."""
    world, renewals = World(), [2]

    class Lost:
        def renew(self) -> None:
            renewals[0] -= 1
            if renewals[0] < 0:
                raise AmlopsError("the lease of prod.wine was lost", exit_code=5)

    with pytest.raises(AmlopsError, match="was lost") as raised:
        roll_out(replace(world.job(), lease=Lost()), LONG)
    assert raised.value.exit_code == 5
    assert len(world.writes) == 2


def test_a_write_whose_answer_is_lost_is_not_done_twice() -> None:
    """The connection drops after Azure did it: the next look finds it done."""
    straight, world = World(), World()
    run(straight)
    client = world.job().place.client
    lost = [True]

    class Dropping:
        online_deployments = client.online_deployments

        class online_endpoints:  # noqa: N801  as the client names it
            get = staticmethod(client.online_endpoints.get)

            @staticmethod
            def begin_create_or_update(*words: Any, **named: Any) -> Any:
                found = client.online_endpoints.begin_create_or_update(*words, **named)
                if lost[0]:
                    lost[0] = False
                    raise ServiceResponseError("the connection was dropped")
                return found

    job = world.job()
    roll_out(replace(job, place=replace(job.place, client=Dropping())), LONG)
    assert end_of(world) == end_of(straight)
    assert world.writes == straight.writes
