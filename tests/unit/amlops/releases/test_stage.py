"""How a stage moves."""

from __future__ import annotations

import pytest

from amlops.releases import Stage


def test_what_was_current_stays_as_previous() -> None:
    """It has the traffic until that is moved, so it must go on running; what was previous before it may go."""
    assert Stage().moved_to("a") == Stage("a")
    assert Stage("a").moved_to("b") == Stage("b", previous="a")
    assert Stage("b", previous="a").moved_to("c") == Stage("c", previous="b")


def test_each_release_keeps_one_role() -> None:
    """Going back, staying, and making the candidate current."""
    assert Stage("b", previous="a").moved_to("a") == Stage("a", previous="b")
    assert Stage("b", previous="a").moved_to("b") == Stage("b", previous="a")
    assert Stage("a", candidate="b").moved_to("b") == Stage("b", previous="a")
    assert Stage("a", candidate="b").moved_to("c") == Stage("c", candidate="b", previous="a")


def test_releases_that_are_gone_leave_their_roles() -> None:
    """Without a current release nothing runs; what was rejected stays rejected."""
    stage = Stage("c", candidate="b", previous="a", rejected=("x",))
    assert stage.without(["b"]) == Stage("c", previous="a", rejected=("x",))
    assert stage.without(["a", "c"]) == Stage(rejected=("x",))


def test_a_release_comes_in_as_candidate() -> None:
    """Where nothing runs it is current at once; where something is being rolled out, or it failed, it can't come in."""
    assert Stage().offered("a") == Stage("a")
    assert Stage("a", previous="z").offered("b") == Stage("a", "b", "z")
    for stage in (Stage("a", "c"), Stage("b"), Stage("a", previous="b"), Stage("a", rejected=("b",))):
        with pytest.raises(ValueError, match="b can't come into"):
            stage.offered("b")


def test_a_rollout_ends_one_way_or_the_other() -> None:
    """A candidate that proved itself is current; one that failed is rejected, and what runs stays."""
    rolling = Stage("a", "b", "z", ("x",))
    assert rolling.accepted() == Stage("b", previous="a", rejected=("x",))
    assert rolling.refused() == Stage("a", previous="z", rejected=("x", "b"))
    assert Stage("a").accepted() == Stage("a").refused() == Stage("a")
    assert Stage("b", previous="a").retired() == Stage("b")


def test_going_back_keeps_what_has_the_traffic() -> None:
    """The bad release is rejected and runs on as previous; with `keep` it may come back."""
    stage = Stage("b", previous="a", rejected=("x",))
    assert stage.rolled_back("a") == Stage("a", previous="b", rejected=("x", "b"))
    assert stage.rolled_back("a", keep=True) == Stage("a", previous="b", rejected=("x",))
    assert stage.rolled_back("x") == Stage("x", previous="b", rejected=("b",))
    assert stage.rolled_back("a").rolled_back("b") == Stage("b", previous="a", rejected=("x", "a"))


def test_an_emptied_stage_remembers_what_failed() -> None:
    """Nothing runs, and what was rejected does not come back by itself."""
    assert Stage("a", "b", "c", ("x",)).emptied() == Stage(rejected=("x",))


def test_a_release_made_meanwhile_waits_its_turn() -> None:
    """While a candidate is being rolled out the newest release is next; it comes in once that is over."""
    assert Stage("a").queued("b") == Stage("a", "b")
    waiting = Stage("a", "b").queued("c").queued("d")
    assert Stage("a", next="c").queued("d") == Stage("a", "d")
    assert waiting.queued("d") == waiting
    assert waiting == Stage("a", "b", next="d")
    assert waiting.refused().entered() == Stage("a", "d", None, ("b",))
    assert waiting.accepted().entered() == Stage("b", "d", "a")
    with pytest.raises(ValueError, match="can't come into"):
        waiting.entered()
    with pytest.raises(ValueError, match="no next"):
        Stage("a").entered()


@pytest.mark.parametrize("id", ["a", "b", "z", "x"], ids=["current", "candidate", "previous", "rejected"])
def test_what_main_took_back_does_not_come_next(id: str) -> None:
    """Main says again what the stage knows: the release keeps its role, and what waited meanwhile does not come in."""
    assert Stage("a", "b", "z", ("x",), "c").queued(id) == Stage("a", "b", "z", ("x",))
