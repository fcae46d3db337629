"""What is done next: each row is one situation and its action. R1 runs, R2 is the candidate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from tests.unit.amlops.rollout.moments import at, minutes

from amlops.config import Rollout
from amlops.config.rollout import Latency
from amlops.releases import Stage
from amlops.rollout.actions import Begin, Close, Conclude, Done, Mark, Move, Settle, Stop, Test, Wait
from amlops.rollout.decide import decide
from amlops.rollout.figures import NOTHING
from amlops.rollout.record import Marks, Record, Wish
from amlops.rollout.situation import Deployed, Situation, Smoke, Window
from amlops.rollout.step import Split, Step

OLD, NEW = "r-R1", "r-R2"
SETTINGS = Rollout(
    steps=(10, 50, 100), mirror=0, minimum_requests=50, bake=3, metrics_late=3, latency=Latency(slack_ms=10)
)
STAGE = Stage(current="R1", candidate="R2")
BEGAN = at("10:00")
RECORD = Record(NEW, BEGAN, ()).then(Step(10), at("10:00:30"))
AT_10 = Split({OLD: 90, NEW: 10}, {})
AT_100 = Split({NEW: 100}, {})
ALL_OLD = Split({OLD: 100}, {})
GOOD, BAD = minutes("10:01", 5, 60), minutes("10:01", 5, 60, 30)
PAUSE = Wish("pause", at("10:02"), "ada", "sale")
ABORT = Wish("abort", at("10:02"), "ada")
GO_ON = Wish("go-on", at("10:05"), "ada")


def deployed(release: str, state: str = "Succeeded", **marks: Any) -> Deployed:
    return Deployed(release, f"r-{release}", state, Marks(**marks))


def situation(
    *,
    old: Deployed | None = deployed("R1"),  # noqa: B008  frozen
    new: Deployed | None = deployed("R2", began=BEGAN),  # noqa: B008
    split: Split = AT_10,
    record: Record | None = RECORD,
    now: str = "10:09",
    **more: Any,
) -> Situation:
    """In the first step since 10:00:30, at 10:09, with good figures of 10:01 to 10:05."""
    found: Mapping[str, Any] = {"settings": SETTINGS, "stage": STAGE, "ours": GOOD, "theirs": minutes("10:01", 5, 500)}
    there = {item.release: item for item in (old, new) if item is not None}
    return Situation(**{**found, "now": at(now), "deployed": there, "split": split, "record": record, **more})


def fresh(**more: Any) -> Situation:
    """Nothing was done yet: R1 has the traffic, R2 is deployed beside it."""
    return situation(**{"split": ALL_OLD, "record": None, "ours": NOTHING, "theirs": NOTHING, **more})


# -- before the first step ---------------------------------------------------------------------------------------------


def test_it_begins_with_a_mark() -> None:
    """First its ARM deployment says that a rollout began: whatever follows belongs to that one."""
    assert decide(fresh(new=deployed("R2"))) == Begin("R2")


def test_smoke_test_comes_before_any_traffic() -> None:
    """No share, not even of a mirror, before it answered through the deployment header."""
    assert decide(fresh()) == Test("R2")
    assert decide(fresh(smoke=Smoke("R1", passed=True))) == Test("R2")


def test_a_failed_smoke_test_rejects() -> None:
    """Nobody was hurt: the verdict is all there is to write."""
    action = decide(fresh(smoke=Smoke("R2", passed=False, reason="it answered 500")))
    assert action == Mark("rejected", "the smoke test failed: it answered 500")


@pytest.mark.parametrize(("mirror", "step"), [(0, Step(10)), (20, Step(mirror=20))])
def test_the_first_step(mirror: int, step: Step) -> None:
    """A mirror where one is asked for, else the first share."""
    settings = SETTINGS.model_copy(update={"mirror": mirror})
    assert decide(fresh(settings=settings, smoke=Smoke("R2", passed=True))) == Move(step, "the smoke test passed")


def test_a_pause_before_the_first_step_holds_it() -> None:
    """A person may pause before anything happened."""
    assert decide(fresh(new=deployed("R2", began=BEGAN, wish=PAUSE))) == Wait("paused by ada: sale", held=True)


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"new": None}, 3, "release R2 is not deployed yet; apply the stack first"),
        ({"old": None}, 3, "the current release R1 is not deployed"),
        ({"new": deployed("R2", "Failed", began=BEGAN)}, 4, "r-R2 is Failed; look at its log"),
        ({"old": deployed("R1", "Failed")}, 4, "which the traffic would go back to, is Failed"),
        ({"stage": Stage(candidate="R2")}, 2, "no current release"),
    ],
)
def test_what_stops_it(changes: dict[str, Any], code: int, text: str) -> None:
    """What an apply or a person has to mend first is said so, and nothing is touched."""
    action = decide(fresh(**changes))
    assert isinstance(action, Stop)
    assert (action.exit_code, text in action.reason) == (code, True)


@pytest.mark.parametrize("which", ["old", "new"])
def test_it_waits_while_a_deployment_changes(which: str) -> None:
    """Azure refuses traffic for what is being changed."""
    changed = deployed("R1", "Updating") if which == "old" else deployed("R2", "Updating", began=BEGAN)
    assert isinstance(decide(situation(**{which: changed})), Wait)


def test_autoscale_holds_nothing_up() -> None:
    """A deployment that scales serves on."""
    assert isinstance(decide(situation(new=deployed("R2", "Scaling", began=BEGAN))), Move)


# -- steps -------------------------------------------------------------------------------------------------------------


def test_a_step_that_passes_is_followed_by_the_next() -> None:
    """By what was measured in its complete minutes, and it says what that was."""
    action = decide(situation())
    assert isinstance(action, Move)
    assert action.step == Step(50)
    assert action.reason.startswith("10 % passed: 0 of 300 requests failed")


def test_only_complete_minutes_count() -> None:
    """Metrics come late: at 10:06 with three minutes' delay 10:01 and 10:02 are known, and 10:03 is not judged."""
    now = situation(now="10:06:30", ours=minutes("10:01", 2, 60))
    assert now.window == Window(at("10:01"), at("10:03"))
    assert decide(now) == Wait("10 %: minute 2 of 3")


def test_a_bad_minute_that_is_not_complete_is_not_judged() -> None:
    """Half of a minute's requests may be missing, the good half."""
    assert isinstance(decide(situation(now="10:04:30", ours=minutes("10:02", 1, 60, 60))), Wait)


def test_too_few_requests_wait() -> None:
    """Inconclusive: it stays where it is, for as long as it takes."""
    assert decide(situation(ours=minutes("10:01", 5, 5), now="23:00")) == Wait("10 %: 25 of 50 requests so far")


def test_too_few_requests_go_back_after_the_timeout() -> None:
    """Where about.yaml says so."""
    settings = SETTINGS.model_copy(update={"timeout": 60, "on_timeout": "reject"})
    assert isinstance(decide(situation(settings=settings, ours=minutes("10:01", 5, 5), now="10:59")), Wait)
    action = decide(situation(settings=settings, ours=minutes("10:01", 5, 5), now="11:01"))
    assert action == Move(None, "nothing could be said in 60 minutes at 10 %: 25 of 50 requests so far")


def test_failing_gives_the_traffic_back_at_once() -> None:
    """Users first: traffic, then the verdict, then git."""
    action = decide(situation(ours=BAD, now="10:05"))
    assert isinstance(action, Move)
    assert action.step is None
    assert "30 of 60 requests failed" in action.reason


def test_a_failing_deployment_gives_the_traffic_back() -> None:
    """Whatever was measured: it can't serve."""
    assert decide(situation(new=deployed("R2", "Failed", began=BEGAN))) == Move(None, "its deployment is Failed")


def test_failing_is_not_held_up_by_an_update() -> None:
    """The traffic goes back while something else changes."""
    busy = deployed("R2", "Updating", began=BEGAN)
    action = decide(situation(new=busy, ours=BAD))
    assert isinstance(action, Move)
    assert action.step is None


def test_after_the_last_step_it_is_marked_healthy() -> None:
    """The verdict goes onto its ARM deployment before git."""
    record = RECORD.then(Step(100), at("10:20"))
    action = decide(situation(split=AT_100, record=record, ours=minutes("10:20", 5, 600), theirs=NOTHING, now="10:29"))
    assert isinstance(action, Mark)
    assert action.verdict == "healthy"


def test_without_requests_to_wait_for_each_step_passes() -> None:
    """`minimum_requests: 0` and `bake: 0`: nobody asks in this environment."""
    settings = SETTINGS.model_copy(update={"minimum_requests": 0, "bake": 0})
    action = decide(situation(settings=settings, ours=NOTHING, theirs=NOTHING, now="10:00:31"))
    assert action == Move(Step(50), "10 % passed: nothing was asked for")


# -- after a verdict ---------------------------------------------------------------------------------------------------


def test_what_went_back_is_marked() -> None:
    """A runner that died after the traffic went back: the next one reads why from the endpoint's tag."""
    record = RECORD.then(None, at("10:06"), "it was slow")
    assert decide(situation(split=ALL_OLD, record=record)) == Mark("rejected", "it was slow")


def test_a_verdict_outranks_git() -> None:
    """Rejected stays rejected while git still says candidate, whatever is measured now."""
    rejected = deployed("R2", began=BEGAN, verdict="rejected", reason="it was slow")
    assert decide(situation(new=rejected, split=ALL_OLD)) == Conclude("R2", "rejected", "it was slow")
    assert decide(situation(new=rejected)) == Move(None, "it was slow")


def test_healthy_is_written_to_git() -> None:
    """The stage follows; where the traffic was taken away since, it is rolled out again."""
    healthy = deployed("R2", began=BEGAN, verdict="healthy", reason="fine")
    assert decide(situation(new=healthy, split=AT_100)) == Conclude("R2", "healthy", "fine")
    assert decide(situation(new=healthy, split=ALL_OLD)) == Begin("R2", keep_wish=False)


def test_a_release_brought_back_begins_anew() -> None:
    """Git had the verdict, and a person took it out again: the old verdict counts no more."""
    assert decide(fresh(new=deployed("R2", began=BEGAN, verdict="rejected", settled=at("10:30")))) == Begin(
        "R2", keep_wish=False
    )


def test_a_wish_told_since_counts_for_the_new_rollout() -> None:
    """Who pauses a release that was brought back means this rollout; an abort of the earlier one is forgotten."""
    past = {"began": BEGAN, "verdict": "rejected", "settled": at("10:30")}
    later = Wish("pause", at("10:40"), "ada")
    assert decide(fresh(new=deployed("R2", **past, wish=later))) == Begin("R2", keep_wish=True)
    assert decide(fresh(new=deployed("R2", **past, wish=ABORT))) == Begin("R2", keep_wish=False)


def test_a_record_of_an_earlier_rollout_is_none() -> None:
    """The same release, rolled out a second time: it begins with the smoke test."""
    stale = Record(NEW, at("08:00"), ()).then(None, at("08:10"), "it was slow")
    assert decide(fresh(record=stale)) == Test("R2")


# -- people ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", [AT_10, ALL_OLD])
def test_abort(split: Split) -> None:
    """Everything goes back, and the candidate is rejected."""
    new = deployed("R2", began=BEGAN, wish=ABORT)
    action = decide(situation(new=new, split=split))
    assert action == (Move(None, "aborted by ada") if split is AT_10 else Mark("rejected", "aborted by ada"))


def test_pause_holds_a_step_that_passed() -> None:
    """No step forward."""
    action = decide(situation(new=deployed("R2", began=BEGAN, wish=PAUSE)))
    assert action == Wait("10 % passed; paused by ada: sale", held=True)


def test_pause_keeps_no_failure() -> None:
    """A paused candidate that fails goes back all the same."""
    action = decide(situation(new=deployed("R2", began=BEGAN, wish=PAUSE), ours=BAD))
    assert isinstance(action, Move)
    assert action.step is None


def test_resume_goes_on() -> None:
    """The later wish counts; what was measured meanwhile counts too."""
    action = decide(situation(new=deployed("R2", began=BEGAN, wish=GO_ON)))
    assert isinstance(action, Move)
    assert action.step == Step(50)


def test_traffic_changed_by_hand_is_respected() -> None:
    """Whoever took the traffic away had a reason; `--resume` goes on at the same step."""
    action = decide(situation(split=ALL_OLD))
    assert isinstance(action, Wait)
    assert action.held
    assert "--resume" in action.reason
    assert decide(situation(split=ALL_OLD, new=deployed("R2", began=BEGAN, wish=GO_ON))) == Move(
        Step(10), "let go on by ada"
    )


def test_an_earlier_resume_does_not_undo_a_later_change() -> None:
    """A `--resume` counts once."""
    record = RECORD.then(Step(10), at("10:06"))
    action = decide(situation(split=ALL_OLD, record=record, new=deployed("R2", began=BEGAN, wish=GO_ON)))
    assert isinstance(action, Wait)


def test_a_lost_record_begins_the_step_again() -> None:
    """Tags that an update of the endpoint took away: the live traffic says where it was."""
    action = decide(situation(record=None))
    assert isinstance(action, Move)
    assert action.step == Step(10)


def test_a_rollback_on_the_way_moves_the_traffic_first() -> None:
    """The stage names another current release: it gets the traffic, then the candidate begins anew beside it."""
    stage = Stage(current="R0", candidate="R2", previous="R1")
    zero = deployed("R0")
    assert decide(situation(old=zero, stage=stage)) == Test("R0")
    passed = Smoke("R0", passed=True)
    assert decide(situation(old=zero, stage=stage, smoke=passed)) == Settle("R0", "the stage names R0 as current")
    failed = Smoke("R0", passed=False, reason="it answered 500")
    assert isinstance(decide(situation(old=zero, stage=stage, smoke=failed)), Stop)


# -- no candidate ------------------------------------------------------------------------------------------------------


def settled(**more: Any) -> Situation:
    return fresh(**{"stage": Stage(current="R1"), "new": None, **more})


def test_nothing_to_do() -> None:
    """The current release has the traffic, and evidence says that it is healthy."""
    assert decide(settled()) == Done("R1 has the traffic: r-R1 100 %")
    assert decide(settled(stage=Stage())) == Done("nothing runs here")


@pytest.mark.parametrize(
    "split", [Split({}, {}), Split({"r-R0": 100}, {}), Split({OLD: 50, NEW: 50}, {}), Split({OLD: 100}, {NEW: 10})]
)
def test_traffic_follows_the_stage(split: Split) -> None:
    """A first deployment, a rollback, a candidate that a person took out: after a smoke test all goes to current."""
    assert decide(settled(split=split)) == Test("R1")
    action = decide(settled(split=split, smoke=Smoke("R1", passed=True)))
    assert isinstance(action, Settle)
    assert isinstance(decide(settled(split=split, smoke=Smoke("R1", passed=False))), Stop)


def test_a_split_between_current_and_previous_stays() -> None:
    """Somebody set it by hand, between two releases that both run by git."""
    stage, split = Stage(current="R1", previous="R0"), Split({OLD: 90, "r-R0": 10}, {})
    now = settled(stage=stage, split=split)
    both = Situation(**{**_fields(now), "deployed": {"R1": deployed("R1"), "R0": deployed("R0")}})
    assert decide(both) == Done("R1 has the traffic: r-R0 10 %, r-R1 90 %")


def test_the_first_release_gets_evidence() -> None:
    """There is nothing to compare with; the smoke test is its proof, so that it may be promoted."""
    assert decide(settled(proven=False)) == Test("R1")
    action = decide(settled(proven=False, smoke=Smoke("R1", passed=True)))
    assert isinstance(action, Conclude)
    assert (action.release, action.verdict) == ("R1", "healthy")


@pytest.mark.parametrize(
    ("stage", "verdict"),
    [(Stage(current="R1", rejected=("R2",)), "rejected"), (Stage(current="R2", previous="R1"), "healthy")],
)
def test_a_verdict_that_git_has_is_settled(stage: Stage, verdict: Any) -> None:
    """A runner died between the commit and its note on the ARM deployment."""
    new = deployed("R2", began=BEGAN, verdict=verdict)
    split = AT_100 if verdict == "healthy" else ALL_OLD
    assert decide(fresh(stage=stage, new=new, split=split)) == Close("R2")
    done = deployed("R2", began=BEGAN, verdict=verdict, settled=at("10:30"))
    assert isinstance(decide(fresh(stage=stage, new=done, split=split)), Done)


@pytest.mark.parametrize(("state", "kind"), [("Updating", Wait), ("Failed", Stop)])
def test_a_current_release_that_does_not_serve(state: str, kind: type) -> None:
    """What changes is waited for, what failed is said."""
    assert isinstance(decide(settled(old=deployed("R1", state))), kind)
    assert decide(settled(old=None)) == Stop("the current release R1 is not deployed; apply the stack first", 3)


def _fields(now: Situation) -> dict[str, Any]:
    return {name: getattr(now, name) for name in Situation.__slots__}
