"""Steps: their order, the split that each makes, and what live traffic looks like."""

from __future__ import annotations

import pytest

from amlops.config import Rollout
from amlops.rollout.step import Split, Step, step_after, step_like, steps_of

PLAIN = Rollout(steps=(10, 50, 100))
MIRRORED = Rollout(steps=(10, 50, 100), mirror=20)


def test_mirror_comes_first() -> None:
    """A copy of the traffic before any real one, where one is asked for."""
    assert [str(step) for step in steps_of(MIRRORED)] == ["a mirror of 20 %", "10 %", "50 %", "100 %"]
    assert [str(step) for step in steps_of(PLAIN)] == ["10 %", "50 %", "100 %"]


@pytest.mark.parametrize(
    ("step", "traffic", "mirror"),
    [
        (Step(mirror=20), {"old": 100}, {"new": 20}),
        (Step(live=10), {"old": 90, "new": 10}, {}),
        (Step(live=100), {"new": 100}, {}),
    ],
)
def test_split_never_mirrors_and_serves_at_once(step: Step, traffic: dict[str, int], mirror: dict[str, int]) -> None:
    """Azure refuses one deployment both; live traffic is whole in each step."""
    split = step.split("old", "new")
    assert (split.traffic, split.mirror) == (traffic, mirror)
    assert sum(split.traffic.values()) == 100


@pytest.mark.parametrize(
    ("settings", "step", "following"),
    [
        (PLAIN, None, Step(10)),
        (MIRRORED, None, Step(mirror=20)),
        (MIRRORED, Step(mirror=20), Step(10)),
        (PLAIN, Step(10), Step(50)),
        (PLAIN, Step(50), Step(100)),
        (PLAIN, Step(100), None),
        (PLAIN, Step(25), Step(50)),  # the file changed on the way
        (PLAIN, Step(mirror=20), Step(10)),
    ],
)
def test_the_next_step(settings: Rollout, step: Step | None, following: Step | None) -> None:
    """The next one gives more; after the last there is none."""
    assert step_after(settings, step) == following


@pytest.mark.parametrize(
    ("split", "step"),
    [
        (Split({"old": 90, "new": 10}, {}), Step(10)),
        (Split({"old": 40, "new": 60}, {}), Step(50)),
        (Split({"old": 95, "new": 5}, {}), Step(5)),
        (Split({"new": 100}, {}), Step(100)),
        (Split({"old": 100}, {"new": 20}), Step(mirror=20)),
    ],
)
def test_what_live_traffic_looks_like(split: Split, step: Step) -> None:
    """Where no record is left, the rollout goes on from the step that is live, never from a larger one."""
    assert step_like(PLAIN, split, "new") == step


@pytest.mark.parametrize("code", ["mirror20", "10", "100"])
def test_codes(code: str) -> None:
    """As the record writes them."""
    step = Step.parse(code)
    assert step is not None
    assert step.code == code


@pytest.mark.parametrize("code", ["", "back", "mirror", "101", "-1", "10%"])
def test_no_codes(code: str) -> None:
    """Anything else is no step."""
    assert Step.parse(code) is None
