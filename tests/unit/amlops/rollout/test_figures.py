"""Figures: sums, weighted means, and which minutes lie in a window."""

from __future__ import annotations

import pytest
from tests.unit.amlops.rollout.moments import at, minutes

from amlops.rollout.figures import NOTHING, Figures, Minute, minute_after, minute_of


def test_only_whole_minutes_lie_within() -> None:
    """A minute that begins before the window, or ends after it, is left out."""
    found = minutes("10:00", 5).within(at("10:00:30"), at("10:03:59"))
    assert [minute.at for minute in found.minutes] == [at("10:01"), at("10:02")]


def test_latency_is_weighted_by_requests() -> None:
    """A minute with nine times the requests counts nine times."""
    found = Figures((Minute(at("10:00"), 90, 0, 10), Minute(at("10:01"), 10, 0, 110)))
    assert found.p95 == 20
    assert found.requests == 100


def test_nothing_measured_is_no_number() -> None:
    """Without requests there are no errors and no latency, and no division by zero."""
    assert (NOTHING.error_rate, NOTHING.p95, NOTHING.own, NOTHING.last(lambda m: m.p95)) == (0, None, None, None)


def test_own_metric_counts_without_requests() -> None:
    """A model may send its metric for minutes whose requests are not known."""
    found = Figures((Minute(at("10:00"), own=1.0), Minute(at("10:01"), own=3.0)))
    assert found.own == 2.0


def test_equal_minutes_are_added_up() -> None:
    """Live and mirrored requests of one minute make one minute."""
    both = minutes("10:00", 2, 10, 1, 30).and_of(minutes("10:01", 2, 30, 1, 10))
    assert [(m.requests, m.errors) for m in both.minutes] == [(10, 1), (40, 2), (30, 1)]
    assert both.minutes[1].p95 == pytest.approx(15)


def test_last_measurement() -> None:
    """The latest minute that has one."""
    found = Figures((*minutes("10:00", 1, p95=5).minutes, Minute(at("10:01"), 3)))
    assert found.last(lambda minute: minute.p95) == 5


@pytest.mark.parametrize(
    ("moment", "floor", "ceiling"), [("10:00:00", "10:00", "10:00"), ("10:00:01", "10:00", "10:01")]
)
def test_whole_minutes_around_a_moment(moment: str, floor: str, ceiling: str) -> None:
    """The minute that it lies in, and the first one that begins at it or later."""
    assert (minute_of(at(moment)), minute_after(at(moment))) == (at(floor), at(ceiling))
