"""Division of requests among deployments."""

from __future__ import annotations

from collections import Counter

import pytest

from localazure.emulator.scoring.balance import Copies, Shares

pytestmark = pytest.mark.emulator_only


def test_each_hundred_requests_is_divided_exactly() -> None:
    """Of 100 requests each deployment takes its per cent, and the rare one is not left to the end."""
    shares = Shares()
    turns = [shares.next({"blue": 90, "green": 10}) for _ in range(100)]
    assert Counter(turns) == {"blue": 90, "green": 10}
    assert Counter(turns[:50]) == {"blue": 45, "green": 5}


def test_new_weights_hold_at_once() -> None:
    """After a change of traffic the next hundred follow the new weights."""
    shares = Shares()
    for _ in range(7):
        shares.next({"blue": 100, "green": 0})
    assert Counter(shares.next({"blue": 0, "green": 100}) for _ in range(10)) == {"green": 10}


@pytest.mark.parametrize("weights", [{}, {"blue": 0}])
def test_no_weight_is_nobodys_turn(weights: dict[str, int]) -> None:
    """Without a positive weight there is no deployment to ask."""
    assert Shares().next(weights) is None


def test_so_many_of_a_hundred_are_copied() -> None:
    """30 % mirrored are 30 copies of 100 requests."""
    copies = Copies()
    assert sum(copies.next(30) for _ in range(100)) == 30
