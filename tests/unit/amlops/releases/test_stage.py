"""How a stage moves."""

from __future__ import annotations

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
    """Without a current release there is no previous one; what was rejected stays rejected."""
    stage = Stage("c", candidate="b", previous="a", rejected=("x",))
    assert stage.without(["b"]) == Stage("c", previous="a", rejected=("x",))
    assert stage.without(["a", "c"]) == Stage(candidate="b", rejected=("x",))
