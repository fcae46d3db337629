"""Where a rollout stands, as `amlops status` says it."""

from __future__ import annotations

import pytest
from tests.unit.amlops.rollout.moments import at

from amlops.releases import Stage
from amlops.rollout.endpoint import DeploymentState, EndpointState
from amlops.rollout.record import Record, Wish, begin_tags, settled_tags, verdict_tags
from amlops.rollout.standing import standing
from amlops.rollout.step import Step

STAGE = Stage(current="R1", candidate="R2")
RECORD = Record("r-R2", at("10:00"), ()).then(Step(10), at("10:05"))
BEGAN = begin_tags(at("10:00"), keep_wish=False)


def live(endpoint: dict[str, str], candidate: dict[str, str] | None) -> EndpointState:
    named = [] if candidate is None else [DeploymentState("r-R2", "Succeeded", 1, "R2", candidate)]
    return EndpointState("e", "Succeeded", "https://e", "Key", {"r-R1": 100}, {}, tuple(named), "id", endpoint)


@pytest.mark.parametrize(
    ("endpoint", "candidate", "said"),
    [
        ({}, None, "R2 waits for an apply"),
        ({}, {}, "R2 waits for its first step"),
        ({}, Wish("pause", at("09:00"), "ada").tags(), "R2 waits for its first step, paused by ada"),
        (RECORD.tags(), BEGAN, "R2 at 10 % since 2026-12-01T10:05:00Z"),
        (
            RECORD.tags(),
            BEGAN | Wish("pause", at("10:06"), "ada", "sale").tags(),
            "R2 at 10 % since 2026-12-01T10:05:00Z, paused by ada: sale",
        ),
        (RECORD.tags(), BEGAN | Wish("go-on", at("10:06"), "ada").tags(), "R2 at 10 % since 2026-12-01T10:05:00Z"),
        (RECORD.then(None, at("10:09"), "it was slow").tags(), BEGAN, "R2 went back: it was slow"),
        (
            RECORD.tags(),
            BEGAN | verdict_tags("rejected", "it was slow"),
            "R2 is rejected, which git does not have yet: it was slow",
        ),
        (
            RECORD.tags(),
            BEGAN | verdict_tags("rejected", "") | settled_tags(at("11:00")),
            "R2 waits for its first step",
        ),
        (RECORD.tags(), begin_tags(at("12:00"), keep_wish=False), "R2 waits for its first step"),
    ],
)
def test_standing(endpoint: dict[str, str], candidate: dict[str, str] | None, said: str) -> None:
    """By the tags alone, whatever run goes on; those of an earlier rollout don't count."""
    assert standing(live(endpoint, candidate), STAGE) == said


def test_nothing_is_rolled_out() -> None:
    """No candidate, or no endpoint yet."""
    assert standing(live({}, {}), Stage(current="R1")) is None
    assert standing(None, STAGE) is None
